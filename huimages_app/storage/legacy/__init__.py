"""Read-only inspection of a huImages 2.2 site."""
