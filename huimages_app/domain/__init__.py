"""Values and rules without I/O: models, IDs, sizes, formats, text."""
