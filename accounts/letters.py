"""Letters to people, in their language, with links to our own address only."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation


def absolute(path: str) -> str:
    """Return the full address of a page; the host never comes from a request."""
    return urljoin(f"{settings.BASE_URL}/", path)


def send(name: str, *, to: str, language: str, **facts: Any) -> None:
    """Send ``templates/accounts/letters/<name>.txt``: its first line is the subject."""
    with translation.override(language):
        text = render_to_string(f"accounts/letters/{name}.txt", {**facts, "base_url": settings.BASE_URL}).strip()
    subject, _, body = text.partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", None, [to])
