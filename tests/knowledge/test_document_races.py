"""Many hands on one document, and hands that die."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils.timezone import now

from billing.enums import HoldStatus
from billing.models import BalanceHold
from config.env import BASE_DIR
from knowledge import services
from knowledge.models import (
    Document,
    KnowledgeEmbedding,
    KnowledgeLexical,
    KnowledgeTerm,
)
from knowledge.search import search
from knowledge.services import processing
from tests.knowledge.conftest import spent
from tests.knowledge.making import PRICE, TEXT, long_text, processed, stored_files, taken, uploaded
from tests.knowledge.meaning import Understanding
from tests.races import race

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("idle_workers"),
]


def test_text_waits_and_a_worker_is_asked(assistant, idle_workers):
    document = taken(assistant)

    assert (document.status, document.filename, document.version) == ("uploaded", "Правила.md", 1)
    assert not document.is_current
    assert idle_workers == [document.pk]


def test_same_file_again_is_the_same_document(assistant, idle_workers):
    first = uploaded(assistant, "a.txt", TEXT.encode())
    again = uploaded(assistant, "b.txt", TEXT.encode())

    assert again == first
    assert idle_workers == [first.pk]
    assert len(stored_files()) == 1


def test_rivals_with_one_file_make_one_document(assistant):
    outcomes = race(lambda _: uploaded(assistant, "a.txt", TEXT.encode()), threads=6)

    assert len({document.pk for document in outcomes}) == 1
    assert Document.objects.count() == 1
    assert len(stored_files()) == 1


def test_rivals_with_one_name_count_their_versions(assistant):
    outcomes = race(lambda n: uploaded(assistant, "a.txt", f"{TEXT} {n}".encode()), threads=6)

    assert sorted(document.version for document in outcomes) == [1, 2, 3, 4, 5, 6]


def test_two_workers_on_one_document_make_it_once(assistant):
    document = taken(assistant, long_text(12))

    outcomes = race(lambda _: services.process_document(document.pk, at=now()), threads=4)

    assert sum(isinstance(outcome, Document) for outcome in outcomes) == 1
    document.refresh_from_db()
    assert document.status == "ready"
    indexes = list(KnowledgeEmbedding.objects.values_list("chunk_index", flat=True))
    assert sorted(indexes) == list(range(len(indexes)))
    assert spent(assistant.tenant) == PRICE


def test_without_the_lease_two_workers_would_collide(assistant, monkeypatch):
    """Negative control: with the lease and its fence off, several workers write the same document."""
    document = taken(assistant, long_text(12))
    monkeypatch.setattr(Document, "take", lambda self, *, until, at: True)
    monkeypatch.setattr(
        Document, "advance", lambda self, **values: bool(Document.objects.filter(pk=self.pk).update(**values))
    )

    outcomes = race(lambda _: services.process_document(document.pk, at=now()), threads=4)

    assert sum(isinstance(outcome, Document | IntegrityError) for outcome in outcomes) > 1


def test_workers_on_many_documents_of_one_assistant_keep_the_counts_true(assistant):
    documents = [taken(assistant, long_text(n + 1), title=f"Статья {n}") for n in range(6)]

    outcomes = race(lambda n: processed(documents[n]).status, threads=6)

    assert outcomes == ["ready"] * 6
    assert KnowledgeTerm.objects.get(assistant=assistant, term=0).df == KnowledgeLexical.objects.count() == 21


def test_deleting_while_a_worker_embeds_leaves_nothing(assistant, knowing):
    understanding = knowing(Understanding())
    document = taken(assistant, long_text(70))
    worker = threading.Thread(target=run_and_close, args=(document.pk,))
    worker.start()
    wait_until(lambda: understanding.requests)

    services.delete(document, at=now())
    worker.join()

    assert not Document.objects.exists()
    assert not KnowledgeEmbedding.objects.exists()
    assert stored_files() == []
    assert spent(assistant.tenant) == 0


def run_and_close(document_id: int) -> None:
    try:
        services.process_document(document_id, at=now())
    finally:
        connection.close()


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_killed_worker_is_followed_by_one_that_goes_on(assistant, idle_workers, settings):
    """A real worker process is killed with SIGKILL between two batches."""
    document = taken(assistant, long_text(60))
    program = textwrap.dedent(f"""
        import django; django.setup()
        from django.db import connections
        from django.utils.timezone import now
        from knowledge import services
        from knowledge.services import processing
        processing.BATCH = 8
        services.process_document({document.pk}, at=now())
    """)
    name = connection.settings_dict["NAME"]
    base, _, _ = os.environ["DATABASE_URL"].partition("?")
    environment = {
        **os.environ,
        "DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "OTKLIK_DATA": str(Path(settings.MEDIA_ROOT).parent),
    }
    with subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=BASE_DIR) as worker:
        wait_until(lambda: document.chunks.count() >= 16)
        worker.send_signal(signal.SIGKILL)
    document.refresh_from_db()
    kept = set(document.chunks.values_list("pk", flat=True))
    assert document.status == "embedding"
    assert 0 < document.progress < 100
    assert not search(assistant, "доставка", at=now()).passages

    assert services.process_document(document.pk, at=now()) is None
    later = now() + processing.LEASE + timedelta(seconds=1)
    idle_workers.clear()
    assert services.sweep(at=later) == 1
    assert idle_workers == [document.pk]
    services.process_document(document.pk, at=later)

    document.refresh_from_db()
    assert (document.status, document.attempts) == ("ready", 2)
    assert kept <= set(document.chunks.values_list("pk", flat=True))
    indexes = sorted(document.chunks.values_list("chunk_index", flat=True))
    assert indexes == list(range(document.chunk_count))
    assert spent(assistant.tenant) == PRICE
    assert not BalanceHold.objects.filter(status=HoldStatus.PENDING).exists()


def test_sweeper_finds_what_nobody_works_on(assistant, idle_workers):
    fresh, forgotten = taken(assistant), taken(assistant, "Другое.", title="Другое")
    processed(taken(assistant, "Готовое.", title="Готовое"))
    leased = taken(assistant, "Занятое.", title="Занятое")
    assert Document.objects.get(pk=leased.pk).take(until=now() + timedelta(hours=1), at=now())
    idle_workers.clear()

    assert services.sweep(at=now()) == 0
    assert services.sweep(at=now() + timedelta(seconds=40)) == 2
    assert idle_workers == [fresh.pk, forgotten.pk]


def test_upload_is_kept_when_redis_is_away(assistant, monkeypatch):
    from knowledge import tasks

    def refuse(**_: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.process_document, "delay", refuse)

    assert taken(assistant).status == "uploaded"
