"""Documents: made with typst, kept by digest."""
