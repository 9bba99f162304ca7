"""Models of dialogs."""
