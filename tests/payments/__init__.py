"""Random lives of payments: a hub, a bank with books of its own, and everything that may go wrong between them."""
