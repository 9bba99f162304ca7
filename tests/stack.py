"""Starts what the tests stand on, before Django reads its settings."""
