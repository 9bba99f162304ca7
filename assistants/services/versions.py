"""Versions of an assistant: drafts, what is in force, and the way back."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from assistants.errors import NotGreen, PublishingGuarded
from assistants.models import Assistant, AssistantVersion, EvaluationRun, TrainingDataset
from assistants.services.digests import digest_of

VERSIONED: Final = frozenset({"system_prompt", "ai_model"})


@transaction.atomic
def draft_version(
    assistant: Assistant, *, by: User | None, system_prompt: str, ai_model: str, note: str = ""
) -> AssistantVersion:
    """Keep instructions and a model as a draft that nobody answers with yet."""
    locked = Assistant.objects.select_for_update(of=("self",)).get(pk=assistant.pk)
    begin_history(locked)
    words = system_prompt.replace("\r\n", "\n")  # as browsers send it
    return _add(locked, by=by, system_prompt=words, ai_model=ai_model, note=note)


@transaction.atomic
def publish_version(version: AssistantVersion, *, by: User | None, at: datetime) -> Assistant:
    """Bring a draft into force.

    Raises:
        NotGreen: a set that guards this assistant was not passed by this version as it is now.
    """
    assistant = Assistant.objects.select_for_update(of=("self",)).get(pk=version.assistant_id)
    unpassed = [dataset for dataset in guards_of(assistant) if not has_passed(version, dataset)]
    if unpassed:
        raise NotGreen(version=version.number, sets=", ".join(f"“{dataset.name}”" for dataset in unpassed))
    return _bring_into_force(assistant, version, by=by, at=at)


@transaction.atomic
def restore_version(version: AssistantVersion, *, by: User | None, at: datetime) -> Assistant:
    """Give an assistant earlier instructions back, as a new version; what was in force once needs no new proof."""
    assistant = Assistant.objects.select_for_update(of=("self",)).get(pk=version.assistant_id)
    if (assistant.system_prompt, assistant.ai_model) == (version.system_prompt, version.ai_model):
        return assistant
    if version.published_at is None:
        return publish_version(version, by=by, at=at)
    copy = _add(assistant, by=by, system_prompt=version.system_prompt, ai_model=version.ai_model, restored_from=version)
    return _bring_into_force(assistant, copy, by=by, at=at)


def record(assistant: Assistant, *, by: User | None, at: datetime) -> AssistantVersion:
    """Write down what is in force from now on; the caller changed the assistant."""
    return _add(
        assistant,
        by=by,
        system_prompt=assistant.system_prompt,
        ai_model=assistant.ai_model,
        published_at=at,
        published_by=by,
    )


def begin_history(assistant: Assistant) -> None:
    """Keep what was in force before the first change, for assistants that no service made."""
    if not assistant.versions.exists():
        record(assistant, by=None, at=assistant.created_at)


def version_in_force(assistant: Assistant) -> AssistantVersion | None:
    """Return the version customers talk to, if the history knows it."""
    return assistant.versions.published().order_by("-published_at", "-number").first()


def guards_of(assistant: Assistant) -> list[TrainingDataset]:
    """Return the sets that a version of this assistant must pass before it is published."""
    return list(TrainingDataset.objects.for_assistant(assistant).required().order_by("name"))


def refuse_if_guarded(assistant: Assistant) -> None:
    """Let nobody change instructions past the sets that guard them.

    Raises:
        PublishingGuarded: there are such sets.
    """
    if TrainingDataset.objects.for_assistant(assistant).required().exists():
        raise PublishingGuarded(name=assistant.name)


def has_passed(version: AssistantVersion, dataset: TrainingDataset) -> bool:
    """Say whether the version's latest whole run of the set as it is now was green."""
    latest = (
        EvaluationRun.objects.finished()
        .filter(version=version, dataset=dataset)
        .select_related("dataset")
        .order_by("-pk")
    ).first()
    return latest is not None and latest.is_green and latest.examples_digest == digest_of(dataset)


def _bring_into_force(assistant: Assistant, version: AssistantVersion, *, by: User | None, at: datetime) -> Assistant:
    assistant.system_prompt, assistant.ai_model = version.system_prompt, version.ai_model
    assistant.save(update_fields=["system_prompt", "ai_model"])
    version.published_at, version.published_by = at, by
    version.save(update_fields=["published_at", "published_by"])
    return assistant


def _add(assistant: Assistant, *, by: User | None, **fields: object) -> AssistantVersion:
    latest = assistant.versions.aggregate(latest=Max("number"))["latest"] or 0
    return AssistantVersion.objects.create(
        tenant_id=assistant.tenant_id, assistant=assistant, number=latest + 1, created_by=by, **fields
    )
