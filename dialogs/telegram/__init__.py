"""Telegram: what its Bot API says and takes (docs/channels.md)."""
