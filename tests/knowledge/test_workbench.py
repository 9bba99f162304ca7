"""Single passages are mended, and search knows it at once."""

from typing import Any

import pytest
from django.utils.timezone import now

from assistants.models import Assistant
from knowledge import seams, services
from knowledge.errors import (
    NoNeighbour,
    NothingToRestore,
    PassageChanged,
    PassageEmpty,
    PassageRetired,
    PassageTooLong,
)
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeUse
from knowledge.search import search
from knowledge.services import sweeping, workbench
from knowledge.services.corrections import left_behind
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned
from tests.knowledge.making import processed, taken
from tests.sql import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

LONG = "\n\n".join(f"## Раздел {n}\n\n" + f"Слово{n} рассказывает о разделе номер {n}. " * 25 for n in (1, 2, 3))


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def only(assistant: Assistant, text: str = "Доставка в Самару идёт два дня. Возврат четырнадцать дней.") -> Any:
    document = learned(assistant.tenant, text, assistant=assistant, title="Правила")
    return document.chunks.without_vectors().get()


def three(assistant: Assistant) -> list[KnowledgeEmbedding]:
    document = learned(assistant.tenant, LONG, assistant=assistant, title="Справка")
    passages = list(document.chunks.in_order().without_vectors())
    assert len(passages) == 3
    return passages


def in_order(document: Document) -> list[str]:
    return [row.number for row in document.chunks.in_use().in_order().without_vectors()]


def assert_counts_are_true() -> None:
    """Document frequencies are what a count over the stored words gives."""
    counted = rows(
        "SELECT tenant_id, assistant_id, term, count(*) FROM knowledge_lexical, knowledge_terms_of(lex) AS term "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    kept = rows("SELECT tenant_id, assistant_id, term, df FROM knowledge_terms ORDER BY 1, 2, 3")
    assert kept == counted


def best(assistant: Assistant, query: str) -> str:
    return search(assistant, query, at=now()).passages[0].text


# --- editing -----------------------------------------------------------------------


def test_edited_words_are_found_at_once_and_the_first_ones_are_kept(shop):
    passage = only(shop)
    only(shop, "Оплата картой или наличными.")

    edited = workbench.edit(passage, text="Дирижабль летит в Самару.", title="Небо", by=shop.tenant.owner, at=now())

    assert best(shop, "дирижабль") == "Дирижабль летит в Самару."
    assert (edited.original_title, edited.original_text[:8]) == ("Правила", "Доставка")
    assert (edited.is_edited, edited.edited_by) == (True, shop.tenant.owner)
    passage.refresh_from_db()
    assert (passage.embedding, passage.embedding_model) == (None, "test-embedding")
    assert_counts_are_true()


def test_second_edit_keeps_the_very_first_words(shop):
    passage = only(shop)

    workbench.edit(passage, text="Раз.", at=now())
    workbench.edit(passage, text="Два.", at=now())

    passage.refresh_from_db()
    assert passage.original_text.startswith("Доставка")


def test_edit_without_a_change_changes_nothing(shop):
    passage = only(shop)

    workbench.edit(passage, text=f" {passage.chunk_text} ", title="Правила", at=now())

    passage.refresh_from_db()
    assert not passage.is_edited
    assert passage.embedding is not None


def test_words_changed_by_another_are_not_overwritten(shop):
    passage = only(shop)
    seen = workbench.seen(passage)
    workbench.edit(passage, text="Первый успел.", at=now(), expected=seen)

    with pytest.raises(PassageChanged):
        workbench.edit(passage, text="Второй опоздал.", at=now(), expected=seen)

    passage.refresh_from_db()
    assert passage.chunk_text == "Первый успел."


@pytest.mark.parametrize(("text", "refusal"), [(" \u200b ", PassageEmpty), ("слово " * 3_000, PassageTooLong)])
def test_what_is_no_passage_is_refused(shop, text, refusal):
    passage = only(shop)

    with pytest.raises(refusal):
        workbench.edit(passage, text=text, at=now())

    passage.refresh_from_db()
    assert not passage.is_edited


def test_vector_is_made_anew_by_the_model_of_its_neighbours(assistant):
    document = processed(taken(assistant))
    passage = document.chunks.without_vectors().get()
    workbench.edit(passage, text="Совсем другие слова.", at=now())
    assert search(assistant, "другие слова", at=now()).is_enough

    assert services.embed_passages([passage.pk], at=now()) == 1

    passage.refresh_from_db()
    assert (passage.embedding_model, passage.dims) == ("lexhash-v1", 1536)
    assert services.embed_passages([passage.pk], at=now()) == 0


def test_vector_whose_making_was_lost_is_asked_for_again(shop, monkeypatch):
    asked: list[list[int]] = []
    monkeypatch.setattr("knowledge.tasks.embed_passages.delay", lambda *, chunk_ids: asked.append(chunk_ids))
    passage = only(shop)
    workbench.edit(passage, text="Новые слова.", at=now())

    services.sweep(at=now())
    services.sweep(at=now() + 2 * sweeping.EMBED_WITHIN)

    assert asked == [[passage.pk]]


# --- splitting and merging ---------------------------------------------------------


def test_split_makes_two_passages_in_their_order(shop):
    first, second, third = three(shop)
    end = seams.pieces(second.chunk_text)[9].end

    left, right = workbench.split(second, position=end, by=shop.tenant.owner, at=now())

    assert in_order(first.document) == ["1", "2", "2.2", "3"]
    assert f"{left.chunk_text} {right.chunk_text}" == second.chunk_text
    assert (right.title, right.heading_path, right.embedding_model) == (
        "Справка",
        second.heading_path,
        "test-embedding",
    )
    first.document.refresh_from_db()
    assert first.document.chunk_count == 4
    assert workbench.next_of(left) == right
    assert workbench.previous_of(third) == right
    assert_counts_are_true()


def test_piece_is_split_again_in_its_place(shop):
    _, second, _ = three(shop)
    ends = [piece.end for piece in seams.pieces(second.chunk_text)]
    left, _ = workbench.split(second, position=ends[14], at=now())

    workbench.split(left, position=ends[5], at=now())

    assert in_order(second.document) == ["1", "2", "2.2", "2.3", "3"]
    texts = [row.chunk_text for row in second.document.chunks.in_use().in_order().without_vectors()[1:4]]
    assert " ".join(texts) == second.chunk_text


def test_split_at_an_end_is_refused(shop):
    passage = only(shop)

    for position in (0, 10_000):
        with pytest.raises(PassageEmpty):
            workbench.split(passage, position=position, at=now())

    assert KnowledgeEmbedding.objects.count() == 1


def test_merge_takes_the_next_in_and_makes_it_history(shop):
    first, second, third = three(shop)

    merged = workbench.merge_next(first, by=shop.tenant.owner, at=now())

    assert in_order(first.document) == ["1", "3"]
    assert merged.chunk_text == f"{first.chunk_text}\n\n{second.chunk_text}"
    second.refresh_from_db()
    assert (second.is_current, second.merged_into) == (False, merged)
    assert best(shop, "слово2").startswith(first.chunk_text[:20])
    assert_counts_are_true()
    with pytest.raises(NoNeighbour):
        workbench.merge_next(third, at=now())
    with pytest.raises(PassageRetired):
        workbench.edit(second, text="Я история.", at=now())


def test_restoring_takes_everything_back(shop):
    first, second, _ = three(shop)
    texts = (first.chunk_text, second.chunk_text)
    workbench.merge_next(first, at=now())
    merged = KnowledgeEmbedding.objects.without_vectors().get(pk=first.pk)
    _, piece = workbench.split(merged, position=seams.pieces(merged.chunk_text)[3].end, at=now())
    workbench.edit(piece, text="Ещё и правка.", at=now())

    workbench.restore(first, at=now())

    assert in_order(first.document) == ["1", "2", "3"]
    for row, text in zip((first, second), texts, strict=True):
        row.refresh_from_db()
        assert (row.chunk_text, row.is_edited, row.original_text) == (text, False, "")
    assert not KnowledgeEmbedding.objects.filter(pk=piece.pk).exists()
    assert_counts_are_true()
    with pytest.raises(NothingToRestore):
        workbench.restore(first, at=now())


def test_table_keeps_its_header_in_both_pieces_and_gets_it_once_back():
    table = "| Город | Цена |\n|---|---|\n| Самара | 300 |\n| Омск | 400 |"
    ends = [piece.end for piece in seams.pieces(table)]

    left, right = seams.cut(table, ends[0])

    assert len(ends) == 2
    assert left == "| Город | Цена |\n|---|---|\n| Самара | 300 |"
    assert right == "| Город | Цена |\n|---|---|\n| Омск | 400 |"
    assert seams.join(left, right) == table


def test_sentence_that_both_neighbours_say_is_said_once():
    assert seams.join("Раз. Привозим за день.", "Привозим за день. Два.") == "Раз. Привозим за день.\n\nДва."
    assert seams.join("Цена", "Ценаник") == "Цена\n\nЦенаник"


# --- switching and pinning -------------------------------------------------------------


def test_switched_off_passage_is_found_by_nobody_until_it_is_on_again(shop):
    passage = only(shop)

    workbench.switch(passage, is_enabled=False)
    workbench.switch(passage, is_enabled=False)
    assert search(shop, "доставка в Самару", at=now()).passages == ()
    assert_counts_are_true()

    workbench.switch(passage, is_enabled=True)
    assert search(shop, "доставка в Самару", at=now()).is_enough
    assert_counts_are_true()


def test_edit_of_a_switched_off_passage_leaves_it_off(shop):
    passage = only(shop)
    workbench.switch(passage, is_enabled=False)

    workbench.edit(passage, text="Доставка в Самару бесплатно.", at=now())

    assert search(shop, "доставка в Самару", at=now()).passages == ()
    assert_counts_are_true()


def test_pinned_passage_wins_over_its_like_but_not_over_its_better(shop):
    plain = only(shop, "Доставка в Самару идёт два дня.")
    twin = only(shop, "Доставка в Самару идёт два дня.")
    better = only(shop, "Доставка в Самару курьером до двери: телефон курьера придёт в сообщении.")

    workbench.pin(twin, is_pinned=True)

    found = search(shop, "доставка в Самару", at=now()).passages
    assert [passage.chunk_id for passage in found if passage.chunk_id != better.pk] == [twin.pk, plain.pk]
    assert search(shop, "телефон курьера", at=now()).passages[0].chunk_id == better.pk


@pytest.mark.parametrize(
    "verb",
    [
        lambda row: workbench.switch(row, is_enabled=False),
        lambda row: workbench.pin(row, is_pinned=True),
        lambda row: workbench.restore(row, at=now()),
        lambda row: workbench.merge_next(row, at=now()),
        lambda row: workbench.split(row, position=5, at=now()),
    ],
)
def test_history_is_not_changed(shop, verb):
    passage = only(shop)
    services.archive(passage.document, at=now())

    with pytest.raises(PassageRetired):
        verb(passage)


def test_caches_hear_of_every_change(shop):
    passage = only(shop)
    shop.refresh_from_db()
    before = shop.knowledge_version

    workbench.pin(passage, is_pinned=True)
    workbench.edit(passage, text="Новое.", at=now())

    shop.refresh_from_db()
    assert shop.knowledge_version == before + 2


# --- a new version of the document --------------------------------------------------------


VERSION_1 = "## Доставка\n\n" + "Привозим за три дня. " * 40 + "\n\n## Возврат\n\n" + "Вернуть можно всё. " * 40
VERSION_2 = VERSION_1.replace("Вернуть можно всё.", "Вернуть можно многое.")


def test_correction_lives_on_where_the_words_beneath_stay(assistant):
    first = processed(taken(assistant, VERSION_1))
    delivery, returns = first.chunks.in_order().without_vectors()
    workbench.edit(delivery, text="Дирижаблем за час.", title="Небо", by=assistant.tenant.owner, at=now())
    workbench.pin(delivery, is_pinned=True)
    workbench.switch(returns, is_enabled=False)

    second = processed(taken(assistant, VERSION_2))

    new_delivery, new_returns = second.chunks.in_order().without_vectors()
    assert (new_delivery.chunk_text, new_delivery.title) == ("Дирижаблем за час.", "Небо")
    assert (new_delivery.is_pinned, new_delivery.is_edited) == (True, True)
    assert new_delivery.original_text == delivery.chunk_text
    assert new_returns.is_enabled
    assert best(assistant, "дирижаблем") == "Дирижаблем за час."
    assert [row.pk for row in left_behind(second)] == [returns.pk]
    assert_counts_are_true()


# --- use --------------------------------------------------------------------------------------


def test_quoted_passages_are_counted_in_their_shop_only(shop):
    passage = only(shop)
    stranger = only(AssistantFactory())

    for _ in range(2):
        services.count_use([passage.pk, stranger.pk, passage.pk], tenant_id=shop.tenant_id, at=now())
    services.count_use([], tenant_id=shop.tenant_id, at=now())

    assert list(KnowledgeUse.objects.values_list("chunk", "count")) == [(passage.pk, 2)]
