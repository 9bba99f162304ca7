"""Models of operators."""
