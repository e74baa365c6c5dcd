"""Storage backends for originals."""
