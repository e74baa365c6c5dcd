"""The stores behind the library: `base` promises, the others keep it."""
