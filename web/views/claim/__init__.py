"""Pages of the claims' own, behind the buttons of their form."""
