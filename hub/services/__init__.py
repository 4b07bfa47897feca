"""Use cases: one function, one transaction. The only callers of the store from web and delivery."""
