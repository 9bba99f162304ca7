"""Pages of assistants, their models and their tests."""
