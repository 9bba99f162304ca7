"""The project package: floor (errors, db, postgres) and ceiling (urls, asgi, commands)."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
