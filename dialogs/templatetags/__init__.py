"""Template tags of dialogs."""
