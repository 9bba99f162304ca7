"""Verbs of the Wildberries desk."""
