"""The hub's speed, measured beside a straight line that makes the same calls with nothing around them."""
