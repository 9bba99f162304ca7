"""Clients made from the API's own description, and compiled."""
