"""Letters to people, in their language, with links to our own address only."""

from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts.enums import SettingCategory
from accounts.services.system import setting


def absolute(path: str) -> str:
    """Return the full address of a page; the host never comes from a request."""
    return urljoin(f"{settings.BASE_URL}/", path)


def send(name: str, *, to: str, language: str, **facts: Any) -> None:
    """Send ``templates/accounts/letters/<name>.txt``: its first line is the subject."""
    with translation.override(language):
        text = render_to_string(f"accounts/letters/{name}.txt", {**facts, "base_url": settings.BASE_URL}).strip()
    subject, _, body = text.partition("\n")
    EmailMessage(" ".join(subject.split()), body.strip() + "\n", sender(), [to], reply_to=reply_to()).send()


def sender() -> str:
    """Return who writes: our address, under the name our staff chose."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((setting(SettingCategory.EMAIL, "sender_name") or name, address))


def reply_to() -> list[str] | None:
    """Return where answers go, if not back to the sender."""
    support = setting(SettingCategory.GENERAL, "support_email")
    return [support] if support else None
