"""Delivery: messages out (outbox, lanes, dispatcher, resolver) and in (receiver, poller), each exactly one effect."""
