"""What Telegram sends, read without trusting its shape."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

NAME_LENGTH: Final = 255
LARGEST: Final = 2**63
KINDS: Final = ("voice", "document", "video", "audio", "video_note", "animation", "sticker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file a customer sent: what is known without opening it."""

    kind: str
    file_id: str
    name: str = ""
    mime_type: str = ""
    size: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote, as Telegram knows them."""

    id: str
    username: str
    first_name: str
    last_name: str
    language_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a customer in a private chat."""

    chat_id: str
    message_id: str
    person: Person
    words: str
    attachments: tuple[Attachment, ...]
    edited_at: int = 0
    """When the customer corrected it, in seconds since 1970; 0: never."""

    @property
    def start_payload(self) -> str | None:
        """Return what followed ``/start``, or None for any other message."""
        command, _, payload = self.words.partition(" ")
        return payload.strip()[:64] if command.split("@")[0] == "/start" else None


def said(message: Any) -> Said | None:
    """Return what a message says, or None for groups, channels, bots and shapes Telegram does not have."""
    message = part(message)
    chat, sender = part(message.get("chat")), part(message.get("from"))
    is_private = chat.get("type") == "private" and number(chat.get("id"))
    if not is_private or sender.get("is_bot") or not number(message.get("message_id")):
        return None
    return Said(
        chat_id=str(chat["id"]),
        message_id=str(message["message_id"]),
        person=_person(sender, chat),
        words=clean(message.get("text") or message.get("caption") or "", length=None).strip() or _place(message),
        attachments=_attachments(message),
        edited_at=number(message.get("edit_date")),
    )


def part(value: Any) -> dict[str, Any]:
    """Return ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def clean(value: Any, *, length: int | None = NAME_LENGTH) -> str:
    """Return a text that the database can hold."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()[:length]


def _person(sender: dict[str, Any], chat: dict[str, Any]) -> Person:
    language = clean(sender.get("language_code"))[:2].lower()
    return Person(
        id=str(number(sender.get("id")) or chat["id"]),
        username=clean(sender.get("username")),
        first_name=clean(sender.get("first_name")),
        last_name=clean(sender.get("last_name")),
        language_code=language if language in dict(settings.LANGUAGES) else "",
    )


def _attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    sizes = [part(size) for size in message.get("photo") or ()] if isinstance(message.get("photo"), list) else []
    found = [("photo", max(sizes, key=lambda size: number(size.get("file_size"))))] if sizes else []
    kinds = [kind for kind in KINDS if not (kind == "document" and "animation" in message)]
    found += [(kind, part(message[kind])) for kind in kinds if part(message.get(kind)).get("file_id")]
    return tuple(
        Attachment(
            kind=kind,
            file_id=clean(file.get("file_id")),
            name=clean(file.get("file_name")),
            mime_type=clean(file.get("mime_type")),
            size=number(file.get("file_size")),
            seconds=number(file.get("duration")),
        )
        for kind, file in found
    )


def _place(message: dict[str, Any]) -> str:
    """Return the words for what has no text of its own and no file: a place or a phone number."""
    contact, place = part(message.get("contact")), part(message.get("location"))
    if contact:
        return clean(f"{contact.get('first_name', '')} {contact.get('phone_number', '')}").strip()
    return f"{place['latitude']}, {place['longitude']}" if {"latitude", "longitude"} <= place.keys() else ""


def number(value: Any) -> int:
    """Return a count or an id, or nothing if it is none."""
    return value if isinstance(value, int) and 0 < value < LARGEST else 0
