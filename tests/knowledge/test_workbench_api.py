"""The workbench over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.enums import Role
from assistants.models import Assistant
from knowledge import seams
from knowledge.models import KnowledgeEmbedding
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

TEXT = "Доставка в Самару идёт два дня. Возврат четырнадцать дней."


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


@pytest.fixture
def passage(shop) -> KnowledgeEmbedding:
    return learned(shop.tenant, TEXT, assistant=shop, title="Правила").chunks.get()


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    client.force_login(user)
    return client


def test_passage_is_edited_and_restored(shop, passage):
    api, address = client_of(shop.tenant.owner), f"/api/v1/knowledge/{passage.uuid}/"

    edited = api.patch(address, {"text": "За день.", "is_pinned": True, "is_enabled": False}, format="json").data
    restored = api.post(f"{address}restore/").data
    again = api.post(f"{address}restore/")

    assert (edited["text"], edited["original_text"], edited["is_edited"]) == ("За день.", TEXT, True)
    assert (edited["is_pinned"], edited["is_enabled"]) == (True, False)
    assert (restored["text"], restored["is_edited"]) == (TEXT, False)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_restore")


def test_passage_is_split_and_merged(shop, passage):
    api, address = client_of(shop.tenant.owner), f"/api/v1/knowledge/{passage.uuid}/"

    pieces = api.post(f"{address}split/", {"position": seams.pieces(TEXT)[0].end}, format="json").data
    merged = api.post(f"{address}merge/").data

    assert [piece["number"] for piece in pieces] == ["1", "1.2"]
    assert merged["text"] == TEXT.replace(". ", ".\n\n")


def test_viewer_reads_only(shop, passage):
    api = client_of(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert api.get(f"/api/v1/knowledge/{passage.uuid}/").status_code == 200
    assert api.patch(f"/api/v1/knowledge/{passage.uuid}/", {"text": "x"}, format="json").status_code == 403
    assert api.post(f"/api/v1/knowledge/{passage.uuid}/merge/").status_code == 403
