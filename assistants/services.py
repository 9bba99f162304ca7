"""What people do with assistants and keys."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from assistants.enums import ExampleStatus, ParkedReason
from assistants.errors import AssistantInUse
from assistants.models import AiRoute, AiTokenPool, Assistant, AssistantVersion, TrainingExample

VERSIONED: Final = frozenset({"system_prompt", "ai_model"})
SHOWN_IN_WIDGET: Final = frozenset(
    {"name", "greeting", "language_code", "is_active", "website_integration_enabled", "widget_settings"}
    | {"suggested_questions", "handoff_enabled", "allowed_origins"}
)
EDITABLE: Final = VERSIONED | SHOWN_IN_WIDGET | {"embedding_model", "fallback_text", "answers_tickets"}
MAX_QUESTIONS: Final = 6
MAX_QUESTION: Final = 120
HOST: Final = re.compile(r"^[a-z0-9*]([a-z0-9.-]*[a-z0-9])?$")


@transaction.atomic
def create_assistant(tenant: Tenant, *, by: User | None, **fields: Any) -> Assistant:
    """Set up an assistant and begin the history of its instructions."""
    assistant = Assistant(tenant=tenant, created_by=by, **_editable(fields))
    assistant.save()
    _record_version(assistant, by=by)
    return assistant


@transaction.atomic
def change_assistant(assistant: Assistant, *, by: User | None, **fields: Any) -> Assistant:
    """Change an assistant; new instructions get a version, open widgets are told."""
    locked = Assistant.objects.select_for_update(of=("self",)).get(pk=assistant.pk)
    changed = {name: value for name, value in _editable(fields).items() if getattr(locked, name) != value}
    if not changed:
        return locked
    if changed.get("answers_tickets"):  # one of a tenant's assistants does
        Assistant.objects.answering_tickets(locked.tenant).update(answers_tickets=False)
    for name, value in changed.items():
        setattr(locked, name, value)
    if SHOWN_IN_WIDGET & changed.keys():
        locked.widget_version += 1
    locked.save()
    if VERSIONED & changed.keys():
        _record_version(locked, by=by)
    return locked


def restore_version(version: AssistantVersion, *, by: User | None) -> Assistant:
    """Give an assistant earlier instructions back, as a new version."""
    return change_assistant(version.assistant, by=by, system_prompt=version.system_prompt, ai_model=version.ai_model)


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


def park_key(key: AiTokenPool, *, at: datetime) -> None:
    """Take a key out of the pool by hand."""
    AiTokenPool.objects.filter(pk=key.pk).park(ParkedReason.MANUAL, message="", at=at)


def unpark_key(key: AiTokenPool) -> None:
    """Put a key back to work with a clean record."""
    AiTokenPool.objects.filter(pk=key.pk).unpark()


def unpark_route(route: AiRoute) -> None:
    """Put a way outside the pool back to work with a clean record."""
    AiRoute.objects.filter(pk=route.pk).unpark()


def judge_example(example: TrainingExample, *, status: ExampleStatus, by: User, at: datetime) -> None:
    """Approve or reject a training example."""
    is_approved = status == ExampleStatus.APPROVED
    TrainingExample.objects.filter(pk=example.pk).update(
        status=status, approved_by=by if is_approved else None, approved_at=at if is_approved else None
    )


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
    return dict(fields)


def _record_version(assistant: Assistant, *, by: User | None) -> None:
    latest = assistant.versions.aggregate(latest=Max("number"))["latest"] or 0
    AssistantVersion.objects.create(
        tenant_id=assistant.tenant_id,
        assistant=assistant,
        number=latest + 1,
        system_prompt=assistant.system_prompt,
        ai_model=assistant.ai_model,
        created_by=by,
    )
