"""Admin of marketplace."""
