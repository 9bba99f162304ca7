"""Maintenance mode: what people are told, and telling those who are connected."""

from django.utils.translation import get_language

from accounts.enums import MaintenanceMode, SettingCategory
from accounts.services.system import setting
from config.broadcast import broadcast
from config.maintenance import EVERYBODY, Notice

CATEGORY = SettingCategory.MAINTENANCE


def current() -> Notice | None:
    """Return what people are told, or nothing while everything works."""
    mode = setting(CATEGORY, "mode")
    return None if mode == MaintenanceMode.OFF else notice_of(mode)


def notice_of(mode: str) -> Notice:
    """Return what people would be told in this mode, in the language that is active."""
    language = "en" if (get_language() or "ru").startswith("en") else "ru"
    return Notice(
        mode=mode,
        message=setting(CATEGORY, f"message_{language}"),
        minutes=setting(CATEGORY, "minutes"),
        support_email=setting(SettingCategory.GENERAL, "support_email"),
    )


def tell_sockets() -> None:
    """Tell every open socket what holds now; those that may no longer be here close."""
    broadcast(EVERYBODY, {"type": "maintenance.changed"})
