"""Which files a channel takes: how many in a message, how large, of which kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from dialogs.contents import FILMS, OFFICE, PICTURES, SOUNDS, SUFFIXES
from dialogs.enums import Channel

MEGABYTE: Final = 1024 * 1024
PAPERS: Final = frozenset(
    {
        "application/pdf",
        f"{OFFICE}wordprocessingml.document",
        f"{OFFICE}spreadsheetml.sheet",
        f"{OFFICE}presentationml.presentation",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "text/plain",
    }
)
ORDINARY: Final = PICTURES | PAPERS | SOUNDS | FILMS | {"text/csv", "image/heic"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one message may carry."""

    count: int = 5
    """Files in a message."""

    megabytes: int = 20
    """Of a file."""

    picture_megabytes: int = 10
    """Of a picture."""

    kinds: frozenset[str] = ORDINARY

    def limit_of(self, kind: str) -> int:
        """Return how many bytes a file of this kind may have."""
        return MEGABYTE * (self.picture_megabytes if kind in PICTURES else self.megabytes)

    def as_json(self) -> dict[str, Any]:
        """Return it for those who choose files: what to offer, and what to say."""
        words = gettext_lazy(
            "Up to {count} files: pictures up to {picture} MB, documents, sound and video up to {other} MB."
        )
        return {
            "count": self.count,
            "bytes": MEGABYTE * self.megabytes,
            "picture_bytes": MEGABYTE * self.picture_megabytes,
            "accept": ",".join(sorted(suffix for kind in self.kinds for suffix in SUFFIXES[kind])),
            "words": str(words).format(count=self.count, picture=self.picture_megabytes, other=self.megabytes),
        }


ALLOWANCES: Final[Mapping[str, Allowance]] = {
    Channel.WIDGET: Allowance(),
    Channel.API: Allowance(),
    Channel.TELEGRAM: Allowance(),  # Telegram: sendPhoto 10 MB, sendDocument 50 MB
    Channel.WHATSAPP: Allowance(  # Graph: pictures 5 MB, sound and video 16 MB
        megabytes=16,
        picture_megabytes=5,
        kinds=PAPERS | {"image/jpeg", "image/png", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "video/mp4"},
    ),
}


def allowance_of(channel: str) -> Allowance:
    """Return what messages of a channel may carry."""
    return ALLOWANCES.get(channel, ALLOWANCES[Channel.WIDGET])


def words() -> dict[str, str]:
    """Return what is said where files are chosen, sent and shown (config/static/otklik/files.js)."""
    return {
        "attach": _("Attach files"),
        "drop_here": _("Drop files here"),
        "too_many_files": _("At most {limit} files fit into one message."),
        "file_empty": _("The file is empty."),
        "file_too_large": _("Larger than {megabytes} MB, the most that can be sent here."),
        "file_refused": _("Files of this kind cannot be sent here."),
        "file_failed": _("The file was not uploaded."),
        "file_missing": _("A file of this message is no longer here. Attach it again."),
        "uploading": _("Uploading"),
        "awaited": _("Being fetched…"),
        "open_picture": _("Open the picture"),
        "save_file": _("Save the file"),
        "megabytes": _("{amount} MB"),
        "kilobytes": _("{amount} KB"),
        "remove": _("Remove"),
        "retry": _("Try again"),
        "previous": pgettext("picture", "Previous"),
        "next_one": pgettext("picture", "Next"),
        "shut": _("Close"),
    }
