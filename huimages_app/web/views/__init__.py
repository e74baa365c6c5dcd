"""Views of pages: each reads the input, calls a service and returns a response."""
