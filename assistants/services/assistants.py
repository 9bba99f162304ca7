"""What people do with assistants."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from assistants.errors import AssistantInUse, PublishingGuarded
from assistants.models import Assistant, AssistantVersion
from assistants.services import versions

VERSIONED: Final = versions.VERSIONED
SHOWN_IN_WIDGET: Final = frozenset(
    {"name", "greeting", "language_code", "is_active", "website_integration_enabled", "widget_settings"}
    | {"suggested_questions", "handoff_enabled", "allowed_origins"}
)
EDITABLE: Final = VERSIONED | SHOWN_IN_WIDGET | {"embedding_model", "fallback_text", "answers_tickets"}
MAX_QUESTIONS: Final = 6
MAX_QUESTION: Final = 120
HOST: Final = re.compile(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")


@transaction.atomic
def create_assistant(tenant: Tenant, *, by: User | None, **fields: Any) -> Assistant:
    """Set up an assistant and begin the history of its instructions."""
    assistant = Assistant(tenant=tenant, created_by=by, **_editable(fields))
    assistant.save()
    versions.record(assistant, by=by, at=now())
    return assistant


@transaction.atomic
def change_assistant(assistant: Assistant, *, by: User | None, at: datetime | None = None, **fields: Any) -> Assistant:
    """Change an assistant; new instructions get a version, open widgets are told.

    Raises:
        PublishingGuarded: instructions or model would change, and versions must pass a set first.
    """
    locked = Assistant.objects.select_for_update(of=("self",)).get(pk=assistant.pk)
    changed = {name: value for name, value in _editable(fields).items() if getattr(locked, name) != value}
    if not changed:
        return locked
    if VERSIONED & changed.keys():
        versions.refuse_if_guarded(locked)
        versions.begin_history(locked)
    if changed.get("answers_tickets"):  # one of a tenant's assistants does
        Assistant.objects.answering_tickets(locked.tenant).update(answers_tickets=False)
    for name, value in changed.items():
        setattr(locked, name, value)
    if SHOWN_IN_WIDGET & changed.keys():
        locked.widget_version += 1
    locked.save()
    if VERSIONED & changed.keys():
        versions.record(locked, by=by, at=at or now())
    return locked


@transaction.atomic
def change_or_draft(assistant: Assistant, *, by: User | None, **fields: Any) -> AssistantVersion | None:
    """Change an assistant; where versions must pass a set first, keep new instructions as a draft and return it."""
    try:
        change_assistant(assistant, by=by, **fields)
    except PublishingGuarded:
        change_assistant(assistant, by=by, **{name: fields[name] for name in fields.keys() - VERSIONED})
        words = {name: fields.get(name, getattr(assistant, name)) for name in VERSIONED}
        return versions.draft_version(assistant, by=by, **words)
    return None


def delete_assistant(assistant: Assistant) -> None:
    """Remove an assistant that nothing depends on.

    Raises:
        AssistantInUse: dialogs or documents refer to it.
    """
    try:
        with transaction.atomic():
            assistant.delete()
    except ProtectedError as error:
        raise AssistantInUse(name=assistant.name) from error


def note_new_knowledge(assistant: Assistant) -> None:
    """Tell every cache of this assistant's knowledge that it is stale."""
    Assistant.objects.filter(pk=assistant.pk).bump_knowledge_version()


def clean_origins(origins: Iterable[str]) -> list[str]:
    """Return web addresses as browsers send them in ``Origin``; a bare host means https.

    Raises:
        ValidationError: one is no web address.
    """
    cleaned = [_origin(given.strip().lower()) for given in origins if given.strip()]
    return list(dict.fromkeys(cleaned))


def _origin(given: str) -> str:
    refusal = ValidationError(_("“%(origin)s” is not a website’s address.") % {"origin": given})
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:  # a port or a label that no host can have
        raise refusal from error
    if parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query or not HOST.match(host):
        raise refusal
    return f"{parts.scheme}://{host}{port}"


def clean_questions(questions: Iterable[str]) -> list[str]:
    """Return the questions offered to visitors, without blanks and repeats.

    Raises:
        ValidationError: there are too many, or one is too long.
    """
    cleaned = list(dict.fromkeys(text for question in questions if (text := " ".join(question.split()))))
    if len(cleaned) > MAX_QUESTIONS or any(len(question) > MAX_QUESTION for question in cleaned):
        limits = {"count": MAX_QUESTIONS, "length": MAX_QUESTION}
        raise ValidationError(_("At most %(count)d questions of %(length)d characters.") % limits)
    return cleaned


def _editable(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    given = dict(fields)
    if isinstance(prompt := given.get("system_prompt"), str):
        given["system_prompt"] = prompt.replace("\r\n", "\n")  # browsers send each line's end as two characters
    return given
