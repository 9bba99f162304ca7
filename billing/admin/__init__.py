"""Admin of billing."""
