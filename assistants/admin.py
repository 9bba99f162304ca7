"""Admin of assistants."""
