"""Storage of originals and metadata: `interfaces` defines it, the other packages implement it."""
