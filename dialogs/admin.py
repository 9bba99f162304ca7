"""Admin of dialogs."""
