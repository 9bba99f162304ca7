"""Admin of operators."""
