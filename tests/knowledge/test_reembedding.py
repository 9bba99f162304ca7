"""Knowledge moves to another embedding model while the old vectors serve, then all at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import now

from assistants.models import Assistant
from assistants.services import change_assistant
from knowledge import services, tasks
from knowledge.errors import NothingToReembed, ReembeddingEnded
from knowledge.models import EmbeddingModel, KnowledgeEmbedding, NextVector, Reembedding
from knowledge.search import search
from knowledge.services import reembedding
from tests.factories.knowledge import learned
from tests.knowledge.making import processed, taken
from tests.knowledge.meaning import Understanding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers", "_no_movers")]

NEW = "concepts-2"


@pytest.fixture
def _no_movers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.move_vectors, "delay", lambda *, reembedding_id: None)


@pytest.fixture
def understanding(knowing: Any) -> Understanding:
    understood: Understanding = knowing(Understanding())
    understood.teach("delivery", "Привозим", "сколько ехать")
    return understood


def wanting(assistant: Assistant, model: str = NEW) -> Reembedding:
    change_assistant(assistant, by=None, embedding_model=model)
    assistant.refresh_from_db()
    return Reembedding.objects.latest("pk")


def moved(move: Reembedding) -> Reembedding:
    for _ in range(20):
        services.move_vectors(move.pk, at=now())
        move.refresh_from_db()
        if not move.is_unfinished:
            break
    return move


def models_in_use() -> set[str]:
    return set(KnowledgeEmbedding.objects.filter(is_current=True).values_list("embedding_model", flat=True))


def test_setting_follows_when_everything_has_moved(assistant, understanding):
    processed(taken(assistant))
    assert models_in_use() == {"concepts-1"}

    move = wanting(assistant)

    assert (move.from_model, move.model, move.total, move.status) == ("concepts-1", NEW, 1, "queued")
    assert assistant.embedding_model == ""
    found = search(assistant, "сколько ехать", at=now())
    assert (found.model, found.is_semantic) == ("concepts-1", True)

    assert moved(move).status == "ready"

    assistant.refresh_from_db()
    assert (assistant.embedding_model, models_in_use()) == (NEW, {NEW})
    found = search(assistant, "сколько ехать", at=now())
    assert (found.model, found.is_semantic, found.passages[0].dense_rank) == (NEW, True, 1)
    assert not NextVector.objects.exists()
    assert EmbeddingModel.objects.filter(name=NEW, accuracy_ru=1.0).exists()


def test_words_move_to_meaning(assistant, knowing):
    processed(taken(assistant))
    assert models_in_use() == {"lexhash-v1"}
    knowing(Understanding())

    move = services.reembed(assistant.tenant, assistant=assistant, at=now())

    assert moved(move).status == "ready"
    assert models_in_use() == {"concepts-1"}


def test_old_vectors_serve_until_the_last_new_one_is_there(assistant, understanding, monkeypatch):
    learned(assistant.tenant, "\n\n".join(f"# Р{n}\n\n" + f"слово{n} " * 200 for n in range(5)), assistant=assistant)
    before = dict(KnowledgeEmbedding.objects.values_list("pk", "embedding_model"))
    monkeypatch.setattr(reembedding, "BATCH", 1)
    monkeypatch.setattr(reembedding, "SLICE_SECONDS", 0.000001)
    move = wanting(assistant)

    for done in range(1, len(before) + 1):
        services.move_vectors(move.pk, at=now())
        move.refresh_from_db()
        assert (move.done, move.status) == (done, "running")
        assert dict(KnowledgeEmbedding.objects.values_list("pk", "embedding_model")) == before

    assert moved(move).status == "ready"
    assert models_in_use() == {NEW}


def test_what_is_edited_added_or_deleted_meanwhile_moves_along(assistant, understanding, monkeypatch):
    for n in range(3):
        processed(taken(assistant, f"Текст номер {n}.", title=f"Статья {n}"))
    monkeypatch.setattr(reembedding._Mover, "_switch", lambda self: False)
    monkeypatch.setattr(reembedding, "SLICE_SECONDS", 0.2)
    move = wanting(assistant)
    services.move_vectors(move.pk, at=now())
    assert NextVector.objects.count() == 3
    monkeypatch.undo()
    monkeypatch.setattr(tasks.move_vectors, "delay", lambda *, reembedding_id: None)
    edited, deleted, _ = KnowledgeEmbedding.objects.order_by("pk")
    KnowledgeEmbedding.objects.filter(pk=edited.pk).update(chunk_text="Совсем другие слова.")
    services.delete(deleted.document, at=now())
    added = learned(assistant.tenant, "Новая статья.", assistant=assistant, model="concepts-1")

    assert moved(move).status == "ready"

    assert models_in_use() == {NEW}
    vectors = dict(KnowledgeEmbedding.objects.values_list("pk", "embedding"))
    assert len(vectors) == 3
    assert list(vectors[edited.pk]) == pytest.approx(
        understanding.vector("Статья 0\n\n\nСовсем другие слова."), abs=1e-5
    )
    assert added.chunks.get().dims == 64


def test_model_that_does_not_answer_leaves_everything_as_it_was(assistant, understanding, monkeypatch):
    processed(taken(assistant))
    move = wanting(assistant)

    def refuse(*_: Any, **__: Any) -> Any:
        raise reembedding.NoModelAvailable(request_type="embedding")

    monkeypatch.setattr(reembedding.door, "embed", refuse)
    at = now()
    for _ in range(reembedding.MAX_ATTEMPTS):
        services.move_vectors(move.pk, at=at)
        at += timedelta(minutes=10)

    move.refresh_from_db()
    assistant.refresh_from_db()
    assert (move.status, bool(move.error_message), assistant.embedding_model) == ("failed", True, "")
    assert models_in_use() == {"concepts-1"}
    assert not NextVector.objects.exists()


def test_only_one_worker_moves_and_a_lost_move_is_found(assistant, understanding):
    processed(taken(assistant))
    move = wanting(assistant)
    assert Reembedding.objects.get(pk=move.pk).take(until=now() + timedelta(minutes=3), at=now())

    assert services.move_vectors(move.pk, at=now()) is None
    assert not Reembedding.objects.lost(at=now()).exists()
    assert list(Reembedding.objects.lost(at=now() + timedelta(minutes=4))) == [move]


def test_another_wish_replaces_the_first_and_a_cancelled_one_changes_nothing(assistant, understanding):
    processed(taken(assistant))
    first = wanting(assistant)
    second = wanting(assistant, "concepts-3")
    first.refresh_from_db()
    assert (first.status, second.model) == ("cancelled", "concepts-3")

    services.cancel_reembedding(second, at=now())

    with pytest.raises(ReembeddingEnded):
        services.cancel_reembedding(second, at=now())
    assert services.move_vectors(second.pk, at=now()) is None
    assert models_in_use() == {"concepts-1"}


def test_setting_without_knowledge_changes_at_once(assistant, understanding):
    change_assistant(assistant, by=None, embedding_model=NEW)

    assistant.refresh_from_db()
    assert assistant.embedding_model == NEW
    assert not Reembedding.objects.exists()
    with pytest.raises(NothingToReembed):
        services.reembed(assistant.tenant, assistant=assistant, at=now())


def test_database_keeps_one_move_at_a_time(assistant):
    Reembedding.objects.create(tenant=assistant.tenant, model=NEW)

    with pytest.raises(IntegrityError, match="uq_reembeddings_tenant_assistant"), transaction.atomic():
        Reembedding.objects.create(tenant=assistant.tenant, model="other")


def test_version_brought_back_is_embedded_by_todays_model(assistant, understanding):
    first = processed(taken(assistant, "Привозим три дня."))
    processed(taken(assistant, "Привозим два дня."))
    moved(wanting(assistant))
    first.refresh_from_db()

    services.restore(first, at=now())
    moved(Reembedding.objects.latest("pk"))

    assert models_in_use() == {NEW}


def test_command_moves_a_shop(assistant, understanding, capsys):
    learned(assistant.tenant, "Общее.", title="Общее")
    learned(assistant.tenant, "Своё.", assistant=assistant, title="Своё")

    call_command("reembed", tenant=assistant.tenant.slug)

    assert set(Reembedding.objects.values_list("assistant", "model")) == {
        (None, "concepts-1"),
        (assistant.pk, "concepts-1"),
    }
    assert "concepts-1" in capsys.readouterr().out


def test_progress_is_shown_and_a_seller_may_give_up(assistant, understanding, browser_of):
    processed(taken(assistant))
    move = wanting(assistant)
    client = browser_of(assistant.tenant.owner)

    assert NEW in client.get(reverse("knowledge")).content.decode()
    assert client.post(reverse("knowledge_move_cancel", args=[move.uuid])).status_code == 302

    move.refresh_from_db()
    assert move.status == "cancelled"
    assert NEW not in client.get(reverse("knowledge")).content.decode()
