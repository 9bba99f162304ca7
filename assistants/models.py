"""Models of assistants."""
