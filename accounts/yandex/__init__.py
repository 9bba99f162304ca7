"""Yandex ID, at the addresses that the settings name."""
