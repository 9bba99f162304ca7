"""Addresses of files: for members by their session, for visitors, who have none, signed and good for minutes."""

from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.urls import reverse

from dialogs.models import DialogAttachment

SALT: Final = "otklik.file"
GOOD_FOR_SECONDS: Final = 5 * 60
WHOLE, SMALL = "f", "s"


def addresses_of(attachment: DialogAttachment) -> dict[str, str]:
    """Return where the file and its thumbnail are, empty while there is none."""
    return {
        "url": _address(attachment, WHOLE) if attachment.is_ready else "",
        "thumbnail": _address(attachment, SMALL) if attachment.thumbnail_path else "",
    }


def member_addresses(attachment: DialogAttachment) -> dict[str, str]:
    """Return where members of the shop find the file and its thumbnail, empty while there is none."""
    url = reverse("dialog_file", args=[attachment.dialog.uuid, attachment.uuid])
    return {
        "url": url if attachment.is_ready else "",
        "thumbnail": f"{url}?small" if attachment.thumbnail_path else "",
    }


def _address(attachment: DialogAttachment, part: str) -> str:
    return reverse("signed_file", args=[signing.dumps([str(attachment.uuid), part], salt=SALT)])


def read(token: str) -> tuple[UUID, bool] | None:
    """Return the file that an address names, and whether it is about the thumbnail; None when it is no longer good."""
    try:
        claims: Any = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature:
        return None
    return UUID(claims[0]), claims[1] == SMALL
