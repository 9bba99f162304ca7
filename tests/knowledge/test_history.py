"""Versions of a document: compared, brought back, paid once."""

import pytest
from django.utils.timezone import now

from billing.enums import HoldStatus
from billing.models import BalanceHold
from knowledge import services
from knowledge.errors import DocumentNotRestorable, DocumentRepeated
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeLexical
from knowledge.reports import compare
from knowledge.search import search
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory
from tests.knowledge import files
from tests.knowledge.conftest import spent
from tests.knowledge.making import PRICE, processed, taken, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

OLD, NEW = (
    "# Доставка\n\nДоставка стоит 100 рублей.\n\nВезём три дня.",
    "# Доставка\n\nДоставка стоит 250 рублей.\n\nВезём три дня.",
)


def two_versions(assistant):
    return processed(taken(assistant, OLD)), processed(taken(assistant, NEW))


def found(assistant):
    return search(assistant, "сколько стоит доставка", at=now()).passages


def test_earlier_version_comes_back_at_once_and_for_free(assistant):
    first, second = two_versions(assistant)
    assert "250" in found(assistant)[0].text

    restored = services.restore(Document.objects.get(pk=first.pk), at=now())

    assert (restored.status, restored.is_current, restored.archived_at) == ("ready", True, None)
    second.refresh_from_db()
    assert (second.status, second.is_current) == ("archived", False)
    assert [passage.document_uuid for passage in found(assistant)] == [first.uuid]
    assert KnowledgeLexical.objects.count() == KnowledgeEmbedding.objects.searchable().count() == 1
    assert spent(assistant.tenant) == 2 * PRICE


def test_next_version_after_a_return_is_the_latest(assistant):
    first, _ = two_versions(assistant)
    services.restore(Document.objects.get(pk=first.pk), at=now())

    third = processed(taken(assistant, "Доставка стоит 300 рублей."))

    assert (third.version, third.is_current, third.supersedes) == (3, True, first)
    assert Document.objects.get(is_current=True) == third


def test_archived_document_comes_back(assistant):
    document = processed(taken(assistant, OLD))
    services.archive(document, at=now())
    assert found(assistant) == ()

    services.restore(Document.objects.get(pk=document.pk), at=now())

    assert len(found(assistant)) == 1


def test_version_that_was_never_read_is_read_when_it_comes_back(assistant, idle_workers):
    document = taken(assistant, OLD)
    services.archive(document, at=now())

    restored = services.restore(Document.objects.get(pk=document.pk), at=now())

    assert restored.status == "uploaded"
    assert processed(restored).status == "ready"
    assert len(found(assistant)) == 1


def test_what_is_in_use_or_gone_cannot_come_back(assistant):
    document = processed(taken(assistant, OLD))
    empty = DocumentFactory(tenant=assistant.tenant, status="archived", archived_at=now())

    for one in (document, empty):
        with pytest.raises(DocumentNotRestorable):
            services.restore(one, at=now())


def test_content_that_lives_elsewhere_cannot_come_back_and_nothing_moves(assistant):
    first, second = two_versions(assistant)
    processed(taken(assistant, OLD, title="Другие правила"))

    with pytest.raises(DocumentRepeated):
        services.restore(Document.objects.get(pk=first.pk), at=now())

    second.refresh_from_db()
    assert second.is_current


def test_file_of_another_name_and_kind_replaces_a_document(assistant):
    price = processed(uploaded(assistant, "Прайс 2025.csv", "Товар;Цена\nКружка;100\n".encode()))

    newer = services.ingest_file(
        assistant.tenant,
        assistant=assistant,
        filename="Прайс 2026.xlsx",
        content=files.xlsx_file(),
        replaces=price,
        at=now(),
    )
    processed(newer)

    price.refresh_from_db()
    assert (newer.series, newer.version, price.status) == (price.series, 2, "archived")
    assert "490" in search(assistant, "сколько стоит кружка", at=now()).passages[0].text


def test_same_content_is_paid_once_by_a_tenant(assistant):
    document = processed(taken(assistant, OLD))
    processed(taken(AssistantFactory(tenant=assistant.tenant), OLD))
    services.delete(document, at=now())
    processed(taken(assistant, OLD))

    assert spent(assistant.tenant) == PRICE
    assert not BalanceHold.objects.filter(status=HoldStatus.PENDING).exists()


def test_progress_counts_passages(assistant):
    document = processed(taken(assistant, "\n\n".join(f"# Раздел {n}\n\n" + f"слово{n} " * 150 for n in range(5))))

    assert document.chunk_total == document.chunk_count == document.chunks.count() > 1


def test_comparison_shows_what_changed_with_its_surroundings(assistant):
    first, second = two_versions(assistant)

    comparison = compare(first, second)

    assert [(line.change, line.text) for line in comparison.lines] == [
        ("same", "# Доставка"),
        ("removed", "Доставка стоит 100 рублей."),
        ("added", "Доставка стоит 250 рублей."),
        ("same", "Везём три дня."),
    ]
    assert (comparison.added, comparison.removed, comparison.is_equal) == (1, 1, False)


def test_comparison_is_bounded_and_honest(assistant):
    first = processed(taken(assistant, "\n\n".join(f"Строка {n}" for n in range(4000))))
    second = processed(taken(assistant, OLD))
    unread = DocumentFactory(tenant=assistant.tenant)

    assert compare(first, second).is_too_long
    assert compare(second, unread).is_unknown
    assert compare(second, second).is_equal
