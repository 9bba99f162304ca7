"""Application configuration of the project package and of the admin."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """The project package: commands, checks, template tags; no models."""

    name = "config"
    verbose_name = _("Otklik")

    def ready(self) -> None:
        """Register the system checks, and make our Celery application the current one."""
        from accounts.ports import fulfilled  # noqa: PLC0415 -- leaf
        from config import celery, checks  # noqa: F401, PLC0415 -- leaf
        from config.admin import pages  # noqa: PLC0415 -- leaf
        from config.database import pages as database  # noqa: PLC0415 -- leaf
        from config.office import pages as office  # noqa: PLC0415 -- leaf

        pages.extend(page for page in (*office.PAGES, *database.PAGES) if page not in pages)
        fulfilled.open_demo = _open_demo


def _open_demo(person: Any, at: Any) -> Any:
    """Import every app at the first use only."""
    from config.demo.own import open_demo_shop  # noqa: PLC0415 -- leaf

    return open_demo_shop(person, at)


class AdminConfig(DjangoAdminConfig):
    """The staff admin."""

    default_site = "config.admin.AdminSite"
