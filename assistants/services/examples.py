"""Sets of examples: made by hand, out of dialogs, or read from a file."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from assistants import ports
from assistants.enums import ExampleStatus
from assistants.errors import SetTaken
from assistants.models import Assistant, TrainingDataset, TrainingExample

MAX_ITEMS: Final = 20
MAX_ITEM: Final = 300
MAX_FOUND: Final = 200
FIELDS: Final = (
    "input_text",
    "expected_output",
    "expected_facts",
    "forbidden_phrases",
    "expected_source",
    "must_refuse",
    "language_code",
    "tags",
)
UNTITLED: Final = 80


def create_dataset(tenant: Tenant, *, by: User | None, **fields: Any) -> TrainingDataset:
    """Begin a set.

    Raises:
        SetTaken: the name is in use.
    """
    try:
        with transaction.atomic():
            return TrainingDataset.objects.create(tenant=tenant, created_by=by, **fields)
    except IntegrityError as error:
        raise SetTaken(name=fields["name"]) from error


def change_dataset(dataset: TrainingDataset, **fields: Any) -> TrainingDataset:
    """Change what a set is called, whom it tests, and whether it guards publishing.

    Raises:
        SetTaken: the name is in use.
    """
    for name, value in fields.items():
        setattr(dataset, name, value)
    try:
        with transaction.atomic():
            dataset.save(update_fields=list(fields))
    except IntegrityError as error:
        raise SetTaken(name=dataset.name) from error
    return dataset


def add_example(
    dataset: TrainingDataset, *, by: User | None, at: datetime, is_approved: bool = False, **fields: Any
) -> TrainingExample:
    """Put an example into a set; one that a person wrote may be vouched for at once."""
    example = TrainingExample(tenant_id=dataset.tenant_id, dataset=dataset, created_by=by, **fields)
    if is_approved:
        example.status, example.approved_by, example.approved_at = ExampleStatus.APPROVED, by, at
    example.save()
    return example


def change_example(example: TrainingExample, **fields: Any) -> TrainingExample:
    """Change what an example asks and wants."""
    for name, value in fields.items():
        setattr(example, name, value)
    example.save(update_fields=list(fields))
    return example


def judge_example(example: TrainingExample, *, status: ExampleStatus, by: User | None, at: datetime) -> None:
    """Approve or reject a training example."""
    is_approved = status == ExampleStatus.APPROVED
    TrainingExample.objects.filter(pk=example.pk).update(
        status=status, approved_by=by if is_approved else None, approved_at=at if is_approved else None
    )


def collect_examples(
    dataset: TrainingDataset, assistant: Assistant, *, by: User | None, at: datetime, days: int
) -> int:
    """Take liked and corrected answers out of an assistant's dialogs as drafts; return how many are new."""
    found = ports.find_examples(assistant, since=at - timedelta(days=days), limit=MAX_FOUND)
    before = dataset.examples.count()
    TrainingExample.objects.bulk_create((_drafted(dataset, example, by=by) for example in found), ignore_conflicts=True)
    return dataset.examples.count() - before


def _drafted(dataset: TrainingDataset, found: ports.Found, *, by: User | None) -> TrainingExample:
    return TrainingExample(
        tenant_id=dataset.tenant_id,
        dataset=dataset,
        input_text=found.question,
        expected_output=found.answer,
        expected_facts=list(found.facts),
        expected_source=found.source,
        source_dialog_uuid=found.dialog,
        source_message_seq=found.seq,
        tags=[found.reason],
        created_by=by,
    )


def clean_lines(items: Iterable[str]) -> list[str]:
    """Return facts or phrases without blanks and repeats.

    Raises:
        ValidationError: there are too many, or one is too long.
    """
    cleaned = list(dict.fromkeys(text for item in items if (text := " ".join(str(item).split()))))
    if len(cleaned) > MAX_ITEMS or any(len(item) > MAX_ITEM for item in cleaned):
        limits = {"count": MAX_ITEMS, "length": MAX_ITEM}
        raise ValidationError(_("At most %(count)d lines of %(length)d characters.") % limits)
    return cleaned
