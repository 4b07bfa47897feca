"""What plugins, simulators and demos test themselves with."""
