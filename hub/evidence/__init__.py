"""Evidence that holds for years: chained entries, signed heads, bundles, and a verifier that needs no hub."""
