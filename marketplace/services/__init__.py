"""Verbs of the Wildberries desk, one module per activity."""
