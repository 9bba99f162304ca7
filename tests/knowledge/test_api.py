"""Documents, passages and search over the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.enums import Role
from assistants.models import Assistant
from knowledge.enums import DocumentStatus
from knowledge.models import Document
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory, learned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


@pytest.fixture
def api(shop) -> APIClient:
    return client_of(shop.tenant.owner)


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    client.force_login(user)
    return client


def test_text_is_taken_in(api, shop):
    payload = {"title": "Доставка", "text": "Три дня.", "assistant": str(shop.uuid), "importance": 7}

    response = api.post("/api/v1/documents/", payload)

    assert response.status_code == 201
    assert response.data["status"] == "uploaded"
    document = Document.objects.get(uuid=response.data["uuid"])
    assert (document.tenant, document.assistant, document.importance) == (shop.tenant, shop, 7)
    assert document.created_by == shop.tenant.owner
    assert api.get(f"/api/v1/documents/{document.uuid}/").data["title"] == "Доставка"


def test_file_is_taken_in_for_all_assistants(api, shop):
    file = SimpleUploadedFile("правила.txt", "Возврат 14 дней.".encode())

    response = api.post("/api/v1/documents/", {"file": file}, format="multipart")

    assert response.status_code == 201
    assert (response.data["filename"], response.data["assistant"]) == ("правила.txt", None)


def test_empty_and_huge_files_are_failed_documents(api, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    for content, problem in ((b"", "empty"), (b"x" * 5000, "too_large")):
        response = api.post("/api/v1/documents/", {"file": SimpleUploadedFile("a.txt", content)}, format="multipart")

        assert response.status_code == 201
        assert (response.data["status"], response.data["error_code"]) == ("failed", problem)
        assert response.data["error_message"]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"title": "Без текста"},
        {"text": "Без названия"},
        {"title": "x" * 300, "text": "x"},
        {"title": "a", "text": "b", "assistant": "nonsense"},
        {"title": "a", "text": "b", "importance": 11},
        {"title": "a", "text": " "},
    ],
)
def test_wrong_payload_is_refused_and_nothing_is_kept(api, payload):
    response = api.post("/api/v1/documents/", payload)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
    assert not Document.objects.exists()


def test_assistant_of_another_tenant_does_not_exist(api):
    stranger = AssistantFactory()
    payload = {"title": "a", "text": "b", "assistant": str(stranger.uuid)}

    response = api.post("/api/v1/documents/", payload)
    unknown = api.post("/api/v1/documents/", payload | {"assistant": str(uuid4())})

    assert (response.status_code, response.data) == (unknown.status_code, unknown.data)
    assert response.status_code == 400
    assert not Document.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_shows_only_ours_without_history(api, shop, count, django_assert_max_num_queries):
    ours = DocumentFactory.create_batch(count, tenant=shop.tenant)
    DocumentFactory()
    DocumentFactory(tenant=shop.tenant, status=DocumentStatus.ARCHIVED, archived_at="2026-01-01T00:00Z")

    with django_assert_max_num_queries(6):
        response = api.get("/api/v1/documents/")

    assert {row["uuid"] for row in response.data["results"]} == {str(document.uuid) for document in ours}
    assert len(api.get("/api/v1/documents/?status=archived").data["results"]) == 1


def test_stranger_finds_nothing_and_changes_nothing(shop):
    document = learned(shop.tenant, "Секрет.", assistant=shop, title="Секрет")
    stranger = client_of(AssistantFactory().tenant.owner)
    chunk = document.chunks.get()

    answers = [
        stranger.get(f"/api/v1/documents/{document.uuid}/"),
        stranger.delete(f"/api/v1/documents/{document.uuid}/"),
        stranger.post(f"/api/v1/documents/{document.uuid}/retry/"),
        stranger.post(f"/api/v1/documents/{document.uuid}/archive/"),
        stranger.get(f"/api/v1/knowledge/{chunk.uuid}/"),
        stranger.post(f"/api/v1/assistants/{shop.uuid}/search/", {"query": "секрет"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    document.refresh_from_db()
    assert document.status == "ready"
    assert stranger.get("/api/v1/knowledge/").data["results"] == []


def test_nobody_in_particular_is_let_in(shop):
    document = DocumentFactory(tenant=shop.tenant)

    for path in ("documents/", f"documents/{document.uuid}/", "knowledge/"):
        assert APIClient().get(f"/api/v1/{path}").status_code == 401
    assert APIClient().post(f"/api/v1/assistants/{shop.uuid}/search/", {"query": "x"}).status_code == 401


def test_viewer_reads_and_searches_but_does_not_write(shop):
    learned(shop.tenant, "Доставка три дня.", assistant=shop, title="Доставка")
    viewer = client_of(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert viewer.get("/api/v1/documents/").status_code == 200
    assert viewer.post(f"/api/v1/assistants/{shop.uuid}/search/", {"query": "доставка"}).status_code == 200
    assert viewer.post("/api/v1/documents/", {"title": "a", "text": "b"}).status_code == 403
    assert Document.objects.count() == 1


def test_document_is_deleted_with_all_that_came_of_it(api, shop):
    document = learned(shop.tenant, "Доставка три дня.", assistant=shop, title="Доставка")

    response = api.delete(f"/api/v1/documents/{document.uuid}/")

    assert response.status_code == 204
    assert api.get("/api/v1/knowledge/").data["results"] == []


def test_retry_and_archive(api, shop):
    failed = DocumentFactory(tenant=shop.tenant, status=DocumentStatus.FAILED, error_code="timeout")
    ready = learned(shop.tenant, "Доставка три дня.", title="Доставка")

    retried = api.post(f"/api/v1/documents/{failed.uuid}/retry/")
    refused = api.post(f"/api/v1/documents/{ready.uuid}/retry/")
    archived = api.post(f"/api/v1/documents/{ready.uuid}/archive/")

    assert (retried.status_code, retried.data["status"]) == (200, "uploaded")
    assert (refused.status_code, refused.data["code"]) == (409, "document_not_retryable")
    assert (archived.status_code, archived.data["status"]) == (200, "archived")


def test_passages_are_read_without_their_vectors(api, shop):
    document = learned(shop.tenant, "Доставка три дня.", assistant=shop, title="Доставка")

    (row,) = api.get(f"/api/v1/knowledge/?document={document.uuid}").data["results"]

    assert (row["text"], row["index"], row["document"]) == ("Доставка три дня.", 0, str(document.uuid))
    assert not {"embedding", "bits", "dims"} & row.keys()


def test_search_has_the_shape_others_build_on(api, shop):
    document = learned(shop.tenant, "Доставка в Самару два дня.", assistant=shop, title="Доставка")

    response = api.post(f"/api/v1/assistants/{shop.uuid}/search/", {"query": "доставка в самару", "limit": 3})

    (passage,) = response.json()["passages"]
    assert passage.keys() == {"document", "title", "text", "score", "ranks"}
    assert passage["document"] == str(document.uuid)
    assert passage["ranks"] == {"lexical": 1, "dense": None}
    assert 0.5 < passage["score"] <= 1
    assert response.json()["is_enough"] is True
    assert response.json()["is_semantic"] is False


@pytest.mark.parametrize("payload", [{}, {"query": ""}, {"query": "x" * 3000}, {"query": "x", "limit": 1000}])
def test_wrong_search_is_refused(api, shop, payload):
    assert api.post(f"/api/v1/assistants/{shop.uuid}/search/", payload).status_code == 400


def test_member_of_two_shops_searches_each_for_itself():
    person = UserFactory()
    shops = [AssistantFactory(tenant=MembershipFactory(tenant=TenantFactory(), user=person).tenant) for _ in range(2)]
    for number, one in enumerate(shops):
        learned(one.tenant, f"Тайна магазина номер {number}.", assistant=one, title=f"Тайна {number}")
    client = client_of(person)

    for number, one in enumerate(shops):
        found = client.post(f"/api/v1/assistants/{one.uuid}/search/", {"query": "тайна"}).json()["passages"]
        assert [passage["title"] for passage in found] == [f"Тайна {number}"]
