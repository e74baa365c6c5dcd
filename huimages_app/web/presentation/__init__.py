"""Values that templates and responses need."""
