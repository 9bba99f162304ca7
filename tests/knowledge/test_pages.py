"""Knowledge on the dashboard and in the admin."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from assistants.models import Assistant
from knowledge.enums import DocumentStatus
from knowledge.models import Document, EmbeddingModel, KnowledgeTerm, QueryEmbedding
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory, EntryFactory, learned
from tests.knowledge.conftest import rich
from tests.knowledge.making import processed, taken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def seller(shop) -> Client:
    return logged_in(shop.tenant.owner)


def page(client: Client, name: str, *arguments: Any, **options: Any) -> str:
    response = client.get(reverse(name, args=arguments), **options)
    assert response.status_code == 200
    return response.content.decode()


def test_empty_knowledge_says_what_to_do(seller):
    assert 'name="file"' in page(seller, "knowledge")
    assert 'class="empty"' in page(seller, "knowledge")


def test_rows_are_asked_for_again_only_while_something_is_on_its_way(seller, shop):
    waiting = DocumentFactory(tenant=shop.tenant)
    assert "every 2s" in page(seller, "knowledge")
    assert "<html" not in page(seller, "knowledge", headers={"HX-Request": "true"})

    Document.objects.filter(pk=waiting.pk).update(status=DocumentStatus.READY)

    assert "every 2s" not in page(seller, "knowledge")


def test_failure_is_told_in_words_and_may_be_retried(seller, shop):
    document = DocumentFactory(tenant=shop.tenant, status=DocumentStatus.FAILED, error_code="no_money")

    shown = page(seller, "knowledge")

    assert document.problem in shown
    assert reverse("knowledge_retry", args=[document.uuid]) in shown
    assert seller.post(reverse("knowledge_retry", args=[document.uuid])).status_code == 302
    document.refresh_from_db()
    assert document.status == "uploaded"


def test_files_are_uploaded_several_at_a_time(seller, shop):
    files = [SimpleUploadedFile(f"{n}.txt", f"Текст {n}".encode()) for n in range(3)]

    response = seller.post(reverse("knowledge_upload"), {"file": files, "assistant": str(shop.uuid)})

    assert response.status_code == 302
    assert Document.objects.filter(tenant=shop.tenant, assistant=shop).count() == 3


def test_text_is_written(seller, shop):
    response = seller.post(reverse("knowledge_text"), {"title": "Часы", "text": "С девяти до шести."})
    assert response.status_code == 302
    assert Document.objects.get().assistant is None

    refused = seller.post(reverse("knowledge_text"), {"title": "Пусто", "text": "\u200b"})
    assert refused.status_code == 422
    assert "data-open-now" in refused.content.decode()
    assert Document.objects.count() == 1


def test_assistant_of_another_shop_cannot_be_chosen(seller):
    stranger = AssistantFactory()
    form = {"title": "Часы", "text": "С девяти.", "assistant": str(stranger.uuid)}

    assert seller.post(reverse("knowledge_text"), form).status_code == 422
    seller.post(
        reverse("knowledge_upload"), {"file": SimpleUploadedFile("a.txt", b"x"), "assistant": str(stranger.uuid)}
    )
    assert not Document.objects.exists()


def test_list_is_searched_and_filtered(seller, shop):
    DocumentFactory(tenant=shop.tenant, title="Доставка")
    DocumentFactory(tenant=shop.tenant, title="Возврат", assistant=shop, status=DocumentStatus.FAILED)

    found = page(seller, "knowledge", data={"q": "достав"})
    failed = page(seller, "knowledge", data={"status": "failed"})

    assert ("Доставка" in found, "Возврат" in found) == (True, False)
    assert ("Доставка" in failed, "Возврат" in failed) == (False, True)
    assert "Доставка" not in page(seller, "knowledge", data={"assistant": str(shop.uuid)})
    assert page(seller, "knowledge", data={"page": "999999999999", "status": "nonsense"})


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_whatever_its_length(seller, shop, count, django_assert_max_num_queries):
    DocumentFactory.create_batch(count, tenant=shop.tenant, assistant=shop)

    with django_assert_max_num_queries(12):
        page(seller, "knowledge")


def test_document_shows_its_passages_and_versions(seller, shop):
    old = DocumentFactory(tenant=shop.tenant, assistant=shop, filename="a.md", status="archived", archived_at=now())
    document = learned(shop.tenant, "<b>Три</b> дня & ночи.", assistant=shop, title="Доставка")
    Document.objects.filter(pk=document.pk).update(series=old.series, version=2)

    shown = page(seller, "knowledge_document", document.uuid)

    assert "&lt;b&gt;Три&lt;/b&gt; дня &amp; ночи." in shown
    assert reverse("knowledge_document", args=[old.uuid]) in shown


def test_history_compares_versions_and_brings_one_back(seller, shop):
    rich(shop)
    first = processed(taken(shop, "Доставка стоит 100 рублей."))
    second = processed(taken(shop, "Доставка стоит <b>250</b> рублей."))

    shown = page(seller, "knowledge_history", second.uuid)

    assert "<del>Доставка стоит 100 рублей.</del>" in shown
    assert "<ins>Доставка стоит &lt;b&gt;250&lt;/b&gt; рублей.</ins>" in shown
    assert seller.post(reverse("knowledge_restore", args=[first.uuid])).status_code == 302
    first.refresh_from_db()
    assert first.is_current


def test_new_version_is_uploaded_on_the_page_of_the_document(seller, shop):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")
    file = SimpleUploadedFile("Совсем другое имя.txt", "Два дня.".encode())

    response = seller.post(reverse("knowledge_replace", args=[document.uuid]), {"file": file}, follow=True)

    newer = Document.objects.latest("pk")
    assert (newer.series, newer.version, newer.supersedes) == (document.series, 2, document)
    assert response.redirect_chain[-1][0] == reverse("knowledge_document", args=[newer.uuid])


def test_pages_of_websites_are_listed_when_asked_for(seller, shop):
    DocumentFactory(tenant=shop.tenant, title="Опись товаров")
    DocumentFactory(tenant=shop.tenant, title="Витрина", source="website", url="https://shop.example/a")

    assert "Витрина" not in page(seller, "knowledge")
    assert "Опись товаров" not in page(seller, "knowledge", data={"source": "website"})
    assert all(word in page(seller, "knowledge", data={"source": "all"}) for word in ("Опись товаров", "Витрина"))


def test_table_of_a_passage_is_shown_as_a_table(seller, shop):
    document = learned(
        shop.tenant, "| Город | Цена |\n|---|---|\n| <i>Самара</i> | 300 |", assistant=shop, title="Цены"
    )

    shown = page(seller, "knowledge_document", document.uuid)

    assert "<th>Город</th><th>Цена</th>" in shown
    assert "<td>&lt;i&gt;Самара&lt;/i&gt;</td><td>300</td>" in shown


def test_document_is_archived_and_deleted(seller, shop):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")

    assert seller.post(reverse("knowledge_archive", args=[document.uuid])).status_code == 302
    document.refresh_from_db()
    assert document.status == "archived"
    assert seller.post(reverse("knowledge_archive", args=[document.uuid])).status_code == 409
    assert seller.post(reverse("knowledge_delete", args=[document.uuid])).status_code == 302
    assert not Document.objects.exists()


def test_question_is_tried(seller, shop):
    learned(shop.tenant, "Доставка в Самару два дня.", assistant=shop, title="Доставка")

    good = page(seller, "knowledge_test", data={"question": "доставка в самару", "assistant": str(shop.uuid)})
    bad = page(seller, "knowledge_test", data={"question": "какая погода завтра", "assistant": str(shop.uuid)})
    part = page(
        seller, "knowledge_test", data={"question": "x", "assistant": str(shop.uuid)}, headers={"HX-Request": "true"}
    )

    assert "alert ok" in good
    assert "Доставка в Самару два дня." in good
    assert "alert warn" in bad
    assert "<html" not in part
    assert page(seller, "knowledge_test")
    assert page(seller, "knowledge_test", data={"question": "", "assistant": str(uuid4())})


@pytest.mark.parametrize("name", ["knowledge_document", "knowledge_archive", "knowledge_retry", "knowledge_delete"])
def test_stranger_finds_nothing_and_changes_nothing(shop, name):
    document = learned(shop.tenant, "Секрет.", assistant=shop, title="Секрет")
    stranger = logged_in(AssistantFactory().tenant.owner)
    address = reverse(name, args=[document.uuid])

    response = stranger.get(address) if name == "knowledge_document" else stranger.post(address)

    assert response.status_code == 404
    document.refresh_from_db()
    assert document.status == "ready"
    assert "Секрет" not in page(stranger, "knowledge")


@pytest.mark.parametrize("name", ["knowledge_archive", "knowledge_retry", "knowledge_delete"])
def test_viewer_changes_nothing(shop, name):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert viewer.post(reverse(name, args=[document.uuid])).status_code == 403
    assert viewer.post(reverse("knowledge_text"), {"title": "a", "text": "b"}).status_code == 403
    assert 'name="file"' not in page(viewer, "knowledge")
    assert Document.objects.get().status == "ready"


def test_pages_have_no_inline_scripts_or_styles(seller, shop):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")
    shown = page(seller, "knowledge") + page(seller, "knowledge_document", document.uuid)
    shown += page(seller, "knowledge_test", data={"question": "дня", "assistant": str(shop.uuid)})

    assert "style=" not in shown
    assert "onclick" not in shown
    assert "<script>" not in shown


@pytest.mark.parametrize(
    "name",
    [
        "document",
        "knowledgeentry",
        "knowledgeembedding",
        "knowledgelexical",
        "knowledgeterm",
        "embeddingmodel",
        "queryembedding",
    ],
)
def test_every_table_is_seen_in_the_admin(shop, name):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")
    EntryFactory(document=document)
    EmbeddingModel.objects.create(tenant=shop.tenant, name="m", dims=3, probed_at=now())
    QueryEmbedding.objects.create(
        tenant=shop.tenant, query_hash="0" * 64, query_text="?", embedding=[1.0], embedding_model="m", last_used=now()
    )
    staff = logged_in(UserFactory(is_staff=True, is_superuser=True))
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    row = model._default_manager.first()

    page(staff, f"admin:knowledge_{name}_changelist")
    page(staff, f"admin:knowledge_{name}_changelist", data={"q": str(uuid4())})
    page(staff, f"admin:knowledge_{name}_change", row.pk)


def test_admin_acts_through_services(shop):
    document = learned(shop.tenant, "Три дня.", assistant=shop, title="Доставка")
    failed = DocumentFactory(tenant=shop.tenant, status=DocumentStatus.FAILED, error_code="timeout")
    staff = logged_in(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:knowledge_document_changelist")

    staff.post(address, {"action": "archive", "_selected_action": [document.pk]})
    staff.post(address, {"action": "retry_failed", "_selected_action": [failed.pk, document.pk]})

    document.refresh_from_db()
    failed.refresh_from_db()
    assert (document.status, failed.status) == ("archived", "uploaded")
    assert not KnowledgeTerm.objects.exists()
    staff.post(address, {"action": "erase", "_selected_action": [document.pk, failed.pk]})
    assert not Document.objects.exists()
