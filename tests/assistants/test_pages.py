"""The dashboard's pages and the API of assistants, for members, viewers and strangers."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role
from assistants import services
from assistants.models import Assistant
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory()


def page_client(user):
    client = Client()
    client.force_login(user)
    return client


def api_client(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def form_of(**changes):
    return {
        "name": "Софья",
        "is_active": "on",
        "system_prompt": "Отвечай кратко.",
        "greeting": "Здравствуйте!",
        "suggested_questions": "Сколько стоит доставка?\nКак вернуть?",
        "fallback_text": "",
        "language_code": "ru",
        "ai_model": "",
        "website_integration_enabled": "on",
        "allowed_origins": "shop.example.ru",
        **changes,
    }


def test_an_administrator_makes_an_assistant_and_comes_to_its_editor(tenant):
    response = page_client(tenant.owner).post(reverse("create_assistant"), {"name": "Софья"})

    assistant = Assistant.objects.get()
    assert response.url == reverse("assistant", kwargs={"uuid": assistant.uuid})
    assert assistant.tenant == tenant
    assert tenant.name in assistant.system_prompt


def test_the_editor_shows_the_snippet_and_saves(tenant, settings):
    settings.BASE_URL = "https://otklik.example.ru"
    assistant = AssistantFactory(tenant=tenant)
    client, address = page_client(tenant.owner), reverse("assistant", kwargs={"uuid": assistant.uuid})

    shown = client.get(address).content.decode()
    saved = client.post(address, form_of())

    assert f"&lt;script src=&quot;https://otklik.example.ru/widget/{assistant.uuid}.js&quot; async&gt;" in shown
    assert f"/widget/{assistant.uuid}/demo/" in shown
    assert saved.status_code == 302
    assistant.refresh_from_db()
    assert assistant.name == "Софья"
    assert assistant.suggested_questions == ["Сколько стоит доставка?", "Как вернуть?"]
    assert assistant.allowed_origins == ["https://shop.example.ru"]
    assert assistant.handoff_enabled is False
    assert assistant.widget_version == 2


def test_a_mistake_is_shown_and_nothing_saved(tenant):
    assistant = AssistantFactory(tenant=tenant, name="Прежнее")
    address = reverse("assistant", kwargs={"uuid": assistant.uuid})

    response = page_client(tenant.owner).post(address, form_of(name="", allowed_origins="javascript:alert(1)"))

    assert response.status_code == 422
    assistant.refresh_from_db()
    assert assistant.name == "Прежнее"


def test_a_viewer_reads_and_changes_nothing(tenant):
    assistant = AssistantFactory(tenant=tenant, name="Прежнее")
    viewer = MembershipFactory(tenant=tenant, role=Role.USER).user
    client, address = page_client(viewer), reverse("assistant", kwargs={"uuid": assistant.uuid})

    assert client.get(address).status_code == 200
    client.post(address, form_of())
    assert client.post(reverse("create_assistant"), {"name": "x"}).status_code == 403
    assert client.post(reverse("delete_assistant", kwargs={"uuid": assistant.uuid})).status_code == 403

    assert Assistant.objects.get().name == "Прежнее"


def test_strangers_find_nothing_and_change_nothing(tenant):
    assistant = AssistantFactory(tenant=tenant, name="Прежнее")
    stranger = TenantFactory().owner
    pages, api = page_client(stranger), api_client(stranger)
    kwargs = {"uuid": assistant.uuid}

    assert pages.get(reverse("assistant", kwargs=kwargs)).status_code == 404
    assert pages.post(reverse("assistant", kwargs=kwargs), form_of()).status_code == 404
    assert pages.post(reverse("delete_assistant", kwargs=kwargs)).status_code == 404
    assert pages.post(reverse("restore_assistant", kwargs={**kwargs, "number": 1})).status_code == 404
    assert api.get(f"/api/v1/assistants/{assistant.uuid}/").status_code == 404
    assert api.patch(f"/api/v1/assistants/{assistant.uuid}/", {"name": "x"}).status_code == 404
    assert api.delete(f"/api/v1/assistants/{assistant.uuid}/").status_code == 404
    assert Assistant.objects.get().name == "Прежнее"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries_whatever_its_length(tenant, count, django_assert_max_num_queries):
    AssistantFactory.create_batch(count, tenant=tenant)
    AssistantFactory()
    client = page_client(tenant.owner)

    with django_assert_max_num_queries(12):
        response = client.get(reverse("assistants"))

    assert len(response.context["assistants"]) == count


def test_the_api_creates_changes_and_removes(tenant):
    client = api_client(tenant.owner)

    created = client.post("/api/v1/assistants/", {"name": "Софья", "suggested_questions": ["Как вернуть?"]})
    address = f"/api/v1/assistants/{created.data['uuid']}/"
    changed = client.patch(address, {"system_prompt": "Кратко."})
    listed = client.get("/api/v1/assistants/")
    removed = client.delete(address)

    assert (created.status_code, changed.status_code, removed.status_code) == (201, 200, 204)
    assert changed.data["system_prompt"] == "Кратко."
    assert [row["uuid"] for row in listed.data["results"]] == [created.data["uuid"]]
    assert not Assistant.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"name": "x", "allowed_origins": ["javascript:alert(1)"]},
        {"name": "x", "suggested_questions": ["?"] * 3 + [str(n) for n in range(9)]},
        {"name": "x", "language_code": "xx"},
        {"name": "x", "system_prompt": "a" * 20_001},
        {"name": "x", "widget_settings": []},
    ],
)
def test_the_api_refuses_bad_input_and_saves_nothing(tenant, payload):
    response = api_client(tenant.owner).post("/api/v1/assistants/", payload)

    assert response.status_code == 400
    assert response.data["errors"]
    assert not Assistant.objects.exists()


def test_an_operator_may_not_write_through_the_api(tenant):
    operator = MembershipFactory(tenant=tenant, role=Role.OPERATOR).user

    response = api_client(operator).post("/api/v1/assistants/", {"name": "x"})

    assert response.status_code == 403
    assert not Assistant.objects.exists()


def test_every_admin_page_opens(tenant):
    from assistants.models import AiRoute
    from tests.factories.assistants import (
        BotFactory,
        DatasetFactory,
        ExampleFactory,
        ModelFactory,
        PoolKeyFactory,
        UsageFactory,
    )

    services.create_assistant(tenant, by=None, name="Софья")
    for make in (BotFactory, DatasetFactory, ExampleFactory, ModelFactory, PoolKeyFactory, UsageFactory):
        make()
    AiRoute.objects.create(key="environment")
    staff = UserFactory(is_staff=True, is_superuser=True)
    client = page_client(staff)
    names = ["assistant", "assistantversion", "botinstance", "aitokenpool", "airoute", "aimodel", "aitokenusage"]

    for name in [*names, "trainingdataset", "trainingexample"]:
        listing = client.get(reverse(f"admin:assistants_{name}_changelist"))
        assert listing.status_code == 200, name
        row = listing.context["cl"].result_list[0]
        assert client.get(reverse(f"admin:assistants_{name}_change", args=[row.pk])).status_code == 200, name


def test_staff_add_a_key_that_is_never_shown_again():
    client = page_client(UserFactory(is_staff=True, is_superuser=True))
    secret = "sk-proj-abcdefghijklmnop1234"
    fields = {
        "name": "main",
        "provider": "openai",
        "token": secret,
        "model_access": "gpt-4o-mini",
        "priority": 1,
        "daily_limit": 100,
        "monthly_limit": 1000,
        "is_active": "on",
    }

    created = client.post(reverse("admin:assistants_aitokenpool_add"), fields)
    again = client.post(reverse("admin:assistants_aitokenpool_add"), fields)

    from assistants.models import AiTokenPool

    assert created.status_code == 302
    assert again.status_code == 200
    key = AiTokenPool.objects.get()
    assert key.open_token() == secret
    page = client.get(reverse("admin:assistants_aitokenpool_change", args=[key.pk])).content.decode()
    assert secret not in page
    assert "…1234" in page
