"""Background work of knowledge, on the queue ``embedding``; sites are read on ``sync``.

Beat runs ``sweep`` every 20 seconds, ``prune_questions`` every hour and
``review_all`` every night (``settings.CELERY_BEAT_SCHEDULE``).
"""

from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def process_document(*, document_id: int, **_: Any) -> None:
    """Read, cut and embed one document."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.process_document(document_id, at=now())


def process_soon(document_id: int) -> None:
    """Ask a worker to process a document once it is committed; without a broker the sweeper will."""
    transaction.on_commit(lambda: process_document.delay(document_id=document_id), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def read_site(*, source_id: int, **_: Any) -> None:
    """Read some more pages of a site, on the queue ``sync``: it mostly waits."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.read_site(source_id, at=now())


def read_site_soon(source_id: int) -> None:
    """Ask a worker to read a site once that is committed; without a broker the sweeper will."""
    transaction.on_commit(lambda: read_site.delay(source_id=source_id), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def move_vectors(*, reembedding_id: int, **_: Any) -> None:
    """Embed some more passages by the model their knowledge moves to."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.move_vectors(reembedding_id, at=now())


def move_vectors_soon(reembedding_id: int) -> None:
    """Ask a worker to go on with a move; without a broker the sweeper will."""
    transaction.on_commit(lambda: move_vectors.delay(reembedding_id=reembedding_id), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def describe_document(*, document_id: int, **_: Any) -> None:
    """Let a model say what a document is about; without one nothing happens."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.describe_document(document_id, at=now())


def describe_soon(document_id: int) -> None:
    """Ask a worker to describe a document; what gets lost here is only a summary."""
    transaction.on_commit(lambda: describe_document.delay(document_id=document_id), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def embed_passages(*, chunk_ids: list[int], **_: Any) -> None:
    """Make the vectors of passages whose words changed."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.embed_passages(chunk_ids, at=now())


def embed_soon(chunk_ids: list[int]) -> None:
    """Ask a worker for new vectors once the words are committed; without a broker the sweeper will."""
    transaction.on_commit(lambda: embed_passages.delay(chunk_ids=chunk_ids), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def run_trial(*, trial_id: int, **_: Any) -> None:
    """Ask all saved test questions of an assistant."""
    from knowledge.services import trials  # noqa: PLC0415 -- leaf

    trials.run_trial(trial_id, at=now())


def run_trial_soon(trial_id: int) -> None:
    """Ask a worker to run test questions once the run is committed; without a broker the sweeper will."""
    transaction.on_commit(lambda: run_trial.delay(trial_id=trial_id), robust=True)


@shared_task(ignore_result=True)
def sweep(**_: Any) -> None:
    """Find documents and sites that were lost on the way, and sites whose time has come."""
    from knowledge import services  # noqa: PLC0415 -- leaf

    services.sweep(at=now())


@shared_task(ignore_result=True)
def prune_questions(**_: Any) -> None:
    """Forget vectors of questions nobody asks any more."""
    from knowledge.questions import prune  # noqa: PLC0415 -- leaf

    prune(at=now())


@shared_task(acks_late=True, ignore_result=True)
def review_knowledge(*, tenant_id: int, **_: Any) -> None:
    """Look for contradictions and old texts in a shop's knowledge."""
    from knowledge.services import flags  # noqa: PLC0415 -- leaf

    flags.review_tenant(tenant_id, at=now())


@shared_task(ignore_result=True)
def review_all(**_: Any) -> None:
    """Look through the knowledge of every shop, each in a task of its own."""
    from knowledge.services import flags  # noqa: PLC0415 -- leaf

    for tenant_id in flags.reviewable():
        review_knowledge.delay(tenant_id=tenant_id)
