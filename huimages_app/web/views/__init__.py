"""What the resources answer: each view reads the input, asks the library once, answers."""
