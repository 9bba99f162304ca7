"""Models of marketplace."""
