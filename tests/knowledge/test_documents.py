"""Documents become knowledge, or end with a reason; once, whatever happens on the way."""

import subprocess
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils.timezone import now

from accounts.models import Event
from billing.enums import HoldStatus
from billing.models import BalanceHold
from knowledge import services
from knowledge.enums import DocumentProblem, KnowledgeType
from knowledge.errors import DocumentArchived, DocumentEmpty, DocumentNotRetryable, DocumentTooLarge
from knowledge.extraction import child
from knowledge.models import (
    Document,
    EmbeddingModel,
    KnowledgeEmbedding,
    KnowledgeEntry,
    KnowledgeLexical,
    KnowledgeTerm,
)
from knowledge.search import search
from knowledge.services import processing
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory
from tests.knowledge import files
from tests.knowledge.conftest import rich, spent
from tests.knowledge.making import PRICE, TEXT, processed, stored_files, taken, uploaded
from tests.knowledge.meaning import Understanding
from tests.sql import execute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]


# --- coming in -------------------------------------------------------------------


def test_stored_name_tells_nothing_and_stays_below_the_tenant(assistant):
    document = uploaded(assistant, "../../etc/тайный отчёт.txt", TEXT.encode())

    assert document.filename == "тайный отчёт.txt"
    assert document.file.name.startswith(f"tenants/{assistant.tenant.uuid}/documents/")
    assert "отчёт" not in document.file.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\docs\\a.pdf", "a.pdf"),
        ("a\u202egnp.txt", "agnp.txt"),
        ("..", "document"),
        ("x" * 400 + ".docx", "x" * 250 + ".docx"),
        ("\x00evil\n.md", "evil .md"),
    ],
)
def test_hostile_names_are_made_safe(assistant, name, expected):
    assert uploaded(assistant, name, TEXT.encode()).filename == expected


def test_same_file_for_another_assistant_is_another_document(assistant):
    other = AssistantFactory(tenant=assistant.tenant)

    documents = {taken(assistant).pk, taken(other).pk}
    shared = services.ingest_text(assistant.tenant, assistant=None, title="Правила", text=TEXT, at=now())

    assert len(documents | {shared.pk}) == 3


@pytest.mark.parametrize(("content", "problem"), [(b"", "empty"), (b"x" * 2000, "too_large")])
def test_empty_or_huge_file_fails_at_the_door(assistant, settings, idle_workers, content, problem):
    settings.UPLOAD_MAX_BYTES = 1000

    document = uploaded(assistant, "a.txt", content)

    assert (document.status, document.error_code) == ("failed", problem)
    assert document.error_message
    assert not document.file
    assert stored_files() == []
    assert idle_workers == []


def test_text_without_words_or_without_end_is_refused(assistant):
    with pytest.raises(DocumentEmpty):
        taken(assistant, " \n\u200b ")
    with pytest.raises(DocumentTooLarge):
        taken(assistant, "ы" * 1_100_000)

    assert not Document.objects.exists()


# --- processing ------------------------------------------------------------------


def test_text_becomes_knowledge(assistant):
    document = processed(taken(assistant))

    assert (document.status, document.progress, document.is_current) == ("ready", 100, True)
    assert document.chunk_count == KnowledgeEmbedding.objects.searchable().count() == 1
    chunk = KnowledgeEmbedding.objects.get()
    assert (chunk.embedding_model, chunk.dims, chunk.title) == ("lexhash-v1", 1536, "Правила")
    assert KnowledgeEntry.objects.get().type == KnowledgeType.ORIGINAL
    assert EmbeddingModel.objects.get().is_lexical
    found = search(assistant, "сколько дней на возврат", at=now())
    assert found.passages[0].document_uuid == document.uuid
    assert found.is_enough
    assert not found.is_semantic


def test_programs_of_the_shop_are_told_how_a_document_ended(assistant):
    good, bad = processed(taken(assistant)), uploaded(assistant, "a.txt", b"")

    documents = Event.objects.of(assistant.tenant).filter(type__startswith="document.").order_by("pk")
    told = documents.values_list("type", "data__document", "data__problem")
    assert list(told) == [
        ("document.ready", str(good.uuid), None), ("document.failed", str(bad.uuid), "empty"),
    ]  # fmt: skip


def test_knowledge_version_tells_caches(assistant):
    document = processed(taken(assistant))
    assistant.refresh_from_db()
    assert assistant.knowledge_version == 2

    services.archive(document, at=now())

    assistant.refresh_from_db()
    assert assistant.knowledge_version == 3


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.docx", files.docx_file), ("a.pdf", lambda: files.pdf_file(files.pdf_text("Delivery takes three days")))],
)
def test_files_become_knowledge(assistant, name, make):
    document = processed(uploaded(assistant, name, make()))

    assert document.status == "ready"
    assert document.chunk_count == 1


def test_front_matter_of_a_file_describes_its_document(assistant):
    content = f"---\ntitle: Правила магазина\ncategory: rules\nimportance: 8\n---\n{TEXT}".encode()

    document = processed(uploaded(assistant, "rules.md", content))

    assert (document.title, document.category, document.importance) == ("Правила магазина", "rules", 8)
    chunk = KnowledgeEmbedding.objects.get()
    assert (chunk.title, chunk.doc_type, chunk.importance) == ("Правила магазина", "rules", 8)


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("a.pdf", lambda: b"MZ...", "wrong_type"),
        ("a.pdf", lambda: files.pdf_file(files.pdf_text("x"), password="p"), "encrypted"),
        ("a.docx", files.bomb_docx, "bomb"),
        ("a.docx", lambda: files.docx_file()[:900], "corrupt"),
        ("a.exe", lambda: b"MZ", "unsupported"),
        ("a.txt", lambda: b"   ", "no_text"),
    ],
)
def test_unreadable_file_fails_with_a_sentence_and_costs_nothing(assistant, name, make, problem):
    document = processed(uploaded(assistant, name, make()))

    assert (document.status, document.error_code) == ("failed", problem)
    assert document.error_message == str(DocumentProblem(problem).label)
    assert spent(assistant.tenant) == 0
    assert not BalanceHold.objects.filter(status=HoldStatus.PENDING).exists()
    assert not KnowledgeEmbedding.objects.exists()
    good = processed(taken(assistant))
    assert good.status == "ready"


def test_document_is_paid_once(assistant):
    document = processed(taken(assistant))
    for _ in range(3):
        services.process_document(document.pk, at=now())

    assert spent(assistant.tenant) == PRICE


def test_shop_without_money_is_told_and_may_try_again():
    assistant = AssistantFactory()
    document = processed(taken(assistant))
    assert (document.status, document.error_code, document.can_retry) == ("failed", "no_money", True)

    rich(assistant)
    services.retry(document, at=now())

    assert processed(document).status == "ready"
    assert spent(assistant.tenant) == PRICE


def test_lost_file_is_told(assistant):
    document = taken(assistant)
    default_storage.delete(document.file.name)

    assert processed(document).error_code == "lost"


def test_new_version_replaces_the_old_one_at_once(assistant):
    first = processed(taken(assistant, "Доставка стоит 100 рублей."))
    second = taken(assistant, "Доставка стоит 250 рублей.")
    assert search(assistant, "доставка", at=now()).passages[0].text == "Доставка стоит 100 рублей."

    processed(second)

    first.refresh_from_db()
    assert (second.version, second.is_current, second.supersedes) == (2, True, first)
    assert (first.status, first.is_current) == ("archived", False)
    assert first.archived_at
    assert [passage.text for passage in search(assistant, "доставка", at=now()).passages] == [
        "Доставка стоит 250 рублей."
    ]
    assert KnowledgeEmbedding.objects.filter(document=first, is_current=False).count() == 1


def test_version_that_comes_too_late_does_not_replace_a_later_one(assistant):
    first, second = taken(assistant, "Первый текст о доставке."), taken(assistant, "Второй текст о доставке.")

    processed(second)
    processed(first)

    assert second.is_current
    assert (first.status, first.is_current) == ("archived", False)
    assert [passage.text for passage in search(assistant, "доставка", at=now()).passages] == [
        "Второй текст о доставке."
    ]


def test_failed_version_leaves_the_old_one_in_place(assistant):
    first = processed(uploaded(assistant, "a.txt", TEXT.encode()))
    second = processed(uploaded(assistant, "a.txt", b"\x89PNG\r\n\x1a\n"))

    first.refresh_from_db()
    assert second.status == "failed"
    assert first.is_current
    assert search(assistant, "доставка", at=now()).passages


def test_old_text_may_come_back_as_a_new_version(assistant):
    processed(taken(assistant, "Доставка стоит 100 рублей."))
    processed(taken(assistant, "Доставка стоит 250 рублей."))

    third = processed(taken(assistant, "Доставка стоит 100 рублей."))

    assert (third.version, third.is_current) == (3, True)


def test_worker_that_lost_its_lease_writes_nothing(assistant):
    document = taken(assistant)
    old = Document.objects.get(pk=document.pk)
    assert old.take(until=now() + timedelta(minutes=1), at=now())
    late = now() + timedelta(minutes=2)
    new = Document.objects.get(pk=document.pk)

    assert new.take(until=late + timedelta(minutes=1), at=late)

    assert not old.advance(progress=50)
    assert new.advance(progress=60)
    document.refresh_from_db()
    assert (document.progress, document.attempts) == (60, 2)


# --- when things break --------------------------------------------------------------


def test_killed_parser_fails_the_document_and_not_the_worker(assistant, monkeypatch):
    document = uploaded(assistant, "a.txt", TEXT.encode())
    start = subprocess.Popen

    def start_and_kill(*args: Any, **kwargs: Any) -> "subprocess.Popen[bytes]":
        process = start(*args, **kwargs)
        process.kill()
        return process

    with monkeypatch.context() as patch:
        patch.setattr(child.subprocess, "Popen", start_and_kill)
        assert processed(document).error_code == "crashed"

    services.retry(document, at=now())
    assert processed(document).status == "ready"


def test_document_whose_worker_keeps_dying_is_given_up(assistant):
    document = taken(assistant)
    at = now()
    for _ in range(processing.MAX_ATTEMPTS):
        assert Document.objects.get(pk=document.pk).take(until=at + timedelta(seconds=1), at=at)
        at += timedelta(seconds=2)

    services.process_document(document.pk, at=at)

    document.refresh_from_db()
    assert (document.status, document.error_code, document.can_retry) == ("failed", "interrupted", True)


def test_silent_model_postpones_and_at_last_fails(assistant, settings):
    document = taken(assistant)
    address = settings.EMBEDDED_MODEL_URL
    settings.EMBEDDED_MODEL_URL = ""
    at = now()
    for _ in range(processing.MAX_ATTEMPTS - 1):
        services.process_document(document.pk, at=at)
        document.refresh_from_db()
        assert document.status == "embedding"
        assert document.locked_until > at
        at = document.locked_until + timedelta(seconds=1)

    services.process_document(document.pk, at=at)

    document.refresh_from_db()
    assert (document.status, document.error_code) == ("failed", "no_model")
    assert spent(assistant.tenant) == 0
    settings.EMBEDDED_MODEL_URL = address
    services.retry(document, at=now())
    assert processed(document).status == "ready"


# --- leaving --------------------------------------------------------------------------


def test_archived_document_is_history(assistant):
    document = processed(taken(assistant))

    services.archive(document, at=now())

    assert (document.status, document.is_current) == ("archived", False)
    assert search(assistant, "доставка", at=now()).passages == ()
    assert KnowledgeEmbedding.objects.filter(document=document).exists()
    assert len(stored_files()) == 1
    with pytest.raises(DocumentArchived):
        services.archive(document, at=now())


def test_deletion_leaves_nothing_behind(assistant):
    document = processed(taken(assistant))

    services.delete(document, at=now())

    for model in (Document, KnowledgeEmbedding, KnowledgeEntry, KnowledgeLexical, KnowledgeTerm):
        assert not model.objects.exists(), model
    assert stored_files() == []
    again = processed(taken(assistant))
    assert again.status == "ready"


def test_only_a_failure_that_may_pass_is_retried(assistant):
    ready = processed(taken(assistant))
    hopeless = processed(uploaded(assistant, "a.pdf", b"MZ"))

    for document in (ready, hopeless):
        with pytest.raises(DocumentNotRetryable):
            services.retry(document, at=now())

    ready.refresh_from_db()
    assert ready.status == "ready"


def test_database_refuses_a_document_of_another_tenants_assistant(assistant):
    document = DocumentFactory()

    with pytest.raises(IntegrityError, match="fk_documents_tenant_assistant_id"):
        execute("UPDATE documents SET assistant_id = %s WHERE id = %s", assistant.pk, document.pk)


def test_database_keeps_one_current_version_of_a_document(assistant):
    facts = {"tenant": assistant.tenant, "series": uuid4(), "status": "ready", "is_current": True}
    DocumentFactory(**facts)

    with pytest.raises(IntegrityError, match="uq_documents_tenant_series"):
        DocumentFactory(**facts, version=2)


# --- what is learned about models ------------------------------------------------------


def test_model_that_understands_is_let_into_search(assistant, knowing):
    understanding = knowing(Understanding())
    understanding.teach("доставка", "три дня", "везёте")

    processed(taken(assistant))

    model = EmbeddingModel.objects.get()
    assert (model.name, model.dims, model.is_lexical) == ("concepts-1", 64, False)
    assert (model.accuracy_ru, model.accuracy_en) == (1.0, 1.0)
    assert 0.3 < model.threshold < 0.95
    assert search(assistant, "долго везёте?", at=now()).is_semantic


def test_english_model_is_kept_out_of_russian(assistant, knowing):
    knowing(Understanding(languages=("en",)))

    processed(taken(assistant))

    model = EmbeddingModel.objects.get()
    assert model.accuracy_en == 1.0
    assert model.accuracy_ru < 0.8
    assert not search(assistant, "сколько дней доставка", at=now()).is_semantic


def test_model_is_measured_once(assistant, knowing):
    understanding = knowing(Understanding())
    processed(taken(assistant))
    asked = len(understanding.requests)

    processed(taken(assistant, "Ещё один текст.", title="Ещё"))

    assert len(understanding.requests) == asked + 1


def test_upload_handler_stops_writing_at_the_limit(settings):
    from config.uploads import BoundedFileUploadHandler

    settings.UPLOAD_MAX_BYTES = 100
    handler = BoundedFileUploadHandler()
    handler.new_file("file", "a.txt", "text/plain", 300)
    for start in range(0, 300, 50):
        handler.receive_data_chunk(b"x" * 50, start)

    file = handler.file_complete(300)

    assert file.size == 300
    assert len(file.read()) == 100


def test_text_of_a_document_survives_the_form(assistant):
    content = ContentFile(TEXT.encode(), name="a.md")

    document = services.ingest_file(assistant.tenant, assistant=assistant, filename="a.md", content=content, at=now())

    assert default_storage.open(document.file.name).read() == TEXT.encode()
