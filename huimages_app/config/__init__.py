"""Settings: the table, the parsers of their values, loading, and the generated manual page."""
