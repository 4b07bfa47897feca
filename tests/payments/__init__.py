"""Random lives of payments and duty guarantees: a hub, partners with books of their own, and all that may go wrong."""
