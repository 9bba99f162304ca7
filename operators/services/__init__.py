"""Verbs of the operators' desk."""
