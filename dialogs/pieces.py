"""A message in the pieces that a messenger takes: texts of a length, files with a caption."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.utils.timezone import now

from dialogs.models import DialogAttachment, DialogMessage
from dialogs.providers import Upload
from dialogs.splitting import split, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing to send: words, a file, or a file with words below it."""

    text: str = ""
    file: DialogAttachment | None = None


def pieces_of(
    message: DialogMessage, *, longest_text: int, longest_caption: int, takes_caption: Callable[[str], bool]
) -> list[Piece]:
    """Return a message in pieces: one file and few words go together, otherwise the words go first.

    Args:
        message: What is to be sent.
        longest_text: In UTF-16 units.
        longest_caption: In UTF-16 units.
        takes_caption: Says of a media type whether the messenger shows words below it.
    """
    files = list(message.attachments.order_by("position")) if message.has_files else []
    words = message.words
    if len(files) == 1 and units(words) <= longest_caption and takes_caption(files[0].content_type):
        return [Piece(text=words, file=files[0])]
    texts = [Piece(text=text) for text in split(words, limit=longest_text)]
    return [*texts, *(Piece(file=file) for file in files)]


def content_of(file: DialogAttachment) -> Upload:
    """Return a file as it is sent: name, content, media type."""
    with default_storage.open(file.path) as kept:
        return file.name or str(file.uuid), kept.read(), file.content_type


def note_sent(message: DialogMessage, sent: list[str]) -> None:
    """Remember which pieces have arrived, so that a retry goes on after them; the time for the next begins anew."""
    message.metadata["platform_ids"] = sent
    DialogMessage.objects.filter(pk=message.pk).update(metadata=message.metadata, deliver_at=now())
