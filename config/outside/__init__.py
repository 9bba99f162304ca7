"""The one HTTP client for addresses that people type in.

It connects only to the public address it checked, so neither a redirect nor a
name that resolves differently a moment later leads into our own network.
"""

from config.outside.addresses import NotPublic, is_public, public_address
from config.outside.client import Outside, Reply, checked
from config.outside.errors import OutsideFailed, Trouble

__all__ = ["NotPublic", "Outside", "OutsideFailed", "Reply", "Trouble", "checked", "is_public", "public_address"]
