"""The shop's own keys: connected, tested, explained, changed, disconnected; the catalogue and the bill."""

import socket
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from accounts.enums import IntegrationStatus, Role, SettingCategory
from accounts.models import Integration, Platform
from accounts.services import credentials_of, set_setting
from assistants.door.routes import routes_for
from assistants.enums import ModelKind, ParkedReason, Provider
from assistants.models import AiModel, AiRoute, AiTokenUsage
from assistants.services import connecting
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory, PoolKeyFactory, UsageFactory

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "sk-own-000000000000abcd"


@pytest.fixture
def tenant(settings):
    settings.LLM_ALLOW_PRIVATE_ADDRESSES = True
    caches["process"].clear()
    return TenantFactory()


@pytest.fixture
def admin(tenant, browser_of):
    return browser_of(tenant.owner)


def connected(tenant, url, *, platform="openai_compatible", **options):
    known = Platform.objects.get(pk=platform)
    credentials = {name: {"base_url": url, "api_key": KEY}[name] for name in known.required_credentials}
    return connecting.connect_key(tenant, platform=known, credentials=credentials, name="Наш", options=options)


def test_a_key_is_connected_tested_and_used_at_once(tenant, admin, model_server):
    form = {"base_url": f"{model_server.url}/", "api_key": f" {KEY} ", "name": ""}

    response = admin.post(reverse("connect_model_key", args=["openai_compatible"]), form)

    key = Integration.objects.get()
    assert response.url == reverse("model_key", args=[key.uuid])
    assert key.status == IntegrationStatus.CONNECTED
    assert credentials_of(key) == {"base_url": model_server.url, "api_key": KEY}
    steps = {step["name"]: step for step in key.settings["last_test"]["steps"]}
    assert [name for name, step in steps.items() if not step["problem"]] == ["models", "chat", "embedding", "languages"]
    assert steps["chat"]["facts"]["model"] == "otklik-quote-1"
    assert steps["chat"]["facts"]["first_token_seconds"] > 0
    assert routes_for(tenant, kind=ModelKind.CHAT, at=now())[0].key == f"integration:{key.uuid}"
    assert steps["languages"]["facts"]["accuracy"].keys() == {"ru", "en"}
    assert {row.request_type for row in AiTokenUsage.objects.of(tenant)} == {"chat", "embedding"}
    shown = admin.get(response.url).content.decode()
    assert "…abcd" in shown
    assert KEY not in shown


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"action": "status", "status": 401}, IntegrationStatus.REAUTH_REQUIRED, "does not accept this key"),
        ({"action": "status", "status": 402}, IntegrationStatus.REAUTH_REQUIRED, "has no money left"),
        ({"action": "status", "status": 403}, IntegrationStatus.REAUTH_REQUIRED, "may not do this"),
        (
            {"action": "status", "status": 429, "code": "insufficient_quota"},
            IntegrationStatus.REAUTH_REQUIRED,
            "has no money left",
        ),
        (
            {"action": "status", "status": 429, "retry_after": "7"},
            IntegrationStatus.RATE_LIMITED,
            "Try again in 7 s",
        ),
        ({"action": "status", "status": 503}, IntegrationStatus.PENDING, "a fault of its own"),
        ({"action": "html"}, IntegrationStatus.PENDING, "not as a model server does"),
        ({"action": "garbage"}, IntegrationStatus.PENDING, "not as a model server does"),
        ({"action": "blank"}, IntegrationStatus.PENDING, "without a word"),
    ],
)
def test_each_problem_has_its_sentence(tenant, model_server, fault, status, words):
    key = connected(tenant, model_server.url)
    model_server.fail(**{**fault, "match": {"path": "/chat"}})
    model_server.fail("status", status=500, match={"path": "/embeddings"})

    with translation.override("en"):
        report = connecting.test_key(key, at=now())

    key.refresh_from_db()
    assert not report.works
    assert key.status == status
    assert words in key.status_message


def test_a_server_that_hangs_ends_the_test_on_time(tenant, model_server, monkeypatch):
    from assistants.door import probing

    monkeypatch.setitem(probing.SECONDS, "chat", 0.5)
    monkeypatch.setitem(probing.SECONDS, "embedding", 0.5)
    key = connected(tenant, model_server.url)
    model_server.fail("hang")

    report = connecting.test_key(key, at=now())

    assert report.problem.problem == "timeout"
    assert report.problem.seconds < 3


def test_wrong_addresses_are_told_apart(tenant, model_server, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    problems = [
        connecting.test_key(connected(tenant, url), at=now()).problem.problem
        for url in (model_server.root + "/nowhere", closed, "http://models.invalid/v1")
    ]
    settings.LLM_ALLOW_PRIVATE_ADDRESSES = False
    problems.append(connecting.test_key(connected(tenant, model_server.url), at=now()).problem.problem)

    assert problems == ["wrong_address", "unreachable", "unreachable", "private_address"]


def test_an_unknown_model_names_those_there_are(tenant, model_server):
    key = connected(tenant, model_server.url, chat_model="gpt-9", embedding_model="gpt-9-embed")
    model_server.fail("status", status=404, code="model_not_found")

    with translation.override("en"):
        connecting.test_key(key, at=now())

    key.refresh_from_db()
    assert "There is no model “gpt-9” here" in key.status_message
    assert "otklik-quote-1" in key.status_message


def test_deepseek_has_no_embeddings_and_that_is_no_fault(tenant, model_server, monkeypatch):
    monkeypatch.setitem(connecting.ADDRESSES, Provider.DEEPSEEK, model_server.url)
    key = connected(tenant, "", platform="deepseek", chat_model="otklik-quote-1")

    report = connecting.test_key(key, at=now())

    assert report.works
    assert [(step.name, step.problem) for step in report.steps] == [
        ("models", ""),
        ("chat", ""),
        ("embedding", "no_embeddings"),
    ]


def test_a_test_that_succeeds_puts_a_parked_key_back_to_work(tenant, model_server):
    key = connected(tenant, model_server.url)
    AiRoute.objects.create(key=f"integration:{key.uuid}", parked_reason=ParkedReason.UNAUTHORISED, parked_at=now())

    connecting.test_key(key, at=now())

    assert AiRoute.objects.get().parked_reason == ""


def test_a_key_is_changed_without_being_shown_and_disconnected_for_good(tenant, admin, model_server):
    key = connected(tenant, model_server.url)
    address = reverse("model_key", args=[key.uuid])

    admin.post(address, {"name": "Другое", "chat_model": "otklik-quote-1", "api_key": "", "base_url": model_server.url})
    key.refresh_from_db()
    assert (key.name, credentials_of(key)["api_key"]) == ("Другое", KEY)

    admin.post(reverse("disconnect_model_key", args=[key.uuid]))
    key.refresh_from_db()
    assert (key.status, key.credentials_encrypted) == (IntegrationStatus.DISCONNECTED, None)
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize(
    "form",
    [{"api_key": ""}, {"api_key": "ключ по-русски"}, {"api_key": "sk one two"}, {"api_key": KEY, "base_url": "x y"}],
)
def test_a_key_that_cannot_be_one_is_refused_with_the_form(admin, form):
    platform = "openai_compatible" if "base_url" in form else "openai"

    response = admin.post(reverse("connect_model_key", args=[platform]), form)

    assert response.status_code == 422
    assert not Integration.objects.exists()


def test_members_see_keys_and_only_administrators_touch_them(tenant, browser_of, model_server):
    key = connected(tenant, model_server.url)
    viewer = browser_of(MembershipFactory(tenant=tenant, role=Role.USER).user)

    assert "…abcd" in viewer.get(reverse("models")).content.decode()
    for name in ("model_key", "test_model_key", "disconnect_model_key"):
        assert viewer.post(reverse(name, args=[key.uuid])).status_code == 403
    assert viewer.get(reverse("connect_model_key", args=["openai"])).status_code == 403


def test_the_catalogue_says_what_is_retired_what_took_over_and_what_it_costs(tenant, admin):
    AssistantFactory(tenant=tenant, ai_model="deepseek-chat")
    set_setting(SettingCategory.AI, "rub_per_usd", "80")

    page = admin.get(reverse("models"), headers={"accept-language": "en"}).content.decode()

    assert "→ deepseek-flash" in page
    assert "12,00" in page or "12.00" in page  # gpt-4o-mini: 0.15 $ at 80
    assert "80" in page


def test_the_editor_warns_of_a_model_that_is_gone(tenant, admin):
    assistant = AssistantFactory(tenant=tenant, ai_model="deepseek-chat")

    page = admin.get(reverse("assistant", args=[assistant.uuid])).content.decode()

    assert "deepseek-flash" in page
    assert 'value="deepseek-chat" selected' in page


def test_usage_is_summed_by_day_model_and_assistant(tenant, admin):
    assistant = AssistantFactory(tenant=tenant, name="Стеша")
    UsageFactory(
        tenant=tenant,
        assistant=assistant,
        model_used="gpt-4o-mini",
        provider=Provider.OPENAI,
        prompt_tokens=1000,
        completion_tokens=200,
        total_tokens=1200,
        cost=Decimal("0.5"),
        fx_rate=Decimal(80),
    )
    UsageFactory(tenant=tenant, success=False, error_code="timeout")
    UsageFactory(model_used="somebody-else")

    page = admin.get(reverse("model_usage"), {"days": "7"}).content.decode()
    table = b"".join(admin.get(reverse("model_usage_export")).streaming_content).decode()

    assert "40,00" in page or "40.00" in page
    assert "Стеша" in page
    assert "timeout" in page
    assert "somebody-else" not in page + table
    assert len(table.splitlines()) == 3


def test_staff_test_a_pool_key_and_change_the_default_without_code(browser_of, model_server, settings):
    staff = UserFactory(is_staff=True, is_superuser=True)
    key = PoolKeyFactory(base_url=model_server.url, model_access=["otklik-quote-1", "lexhash-v1"])
    AiModel.objects.create(provider=Provider.COMPATIBLE, name="lexhash-v1", kind=ModelKind.EMBEDDING)
    admin = browser_of(staff)
    luna = AiModel.objects.get(name="gpt-6-luna")

    page = admin.post(reverse("admin:test_pool_key", args=[key.pk]))
    admin.post(
        reverse("admin:assistants_aimodel_changelist"), {"action": "make_default", "_selected_action": [luna.pk]}
    )

    assert page.status_code == 200
    assert "otklik-quote-1" in page.content.decode()
    assert AiModel.objects.get(provider=Provider.COMPATIBLE, name="lexhash-v1").language_probe["ru"]["accuracy"] >= 0
    assert list(
        AiModel.objects.filter(provider=Provider.OPENAI, kind=ModelKind.CHAT, is_default=True).values_list(
            "name", flat=True
        )
    ) == ["gpt-6-luna"]


@pytest.fixture
def announcing():
    """A provider whose list of models names shutdown days, one of them no day at all."""
    import json
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Announcing(BaseHTTPRequestHandler):
        def do_GET(self):
            days = {
                "gpt-6-luna": "2028-05-01",
                "gpt-4o": "soon",
                "gpt-4o-mini": "2027-02-30",
                "unheard-of": "2028-01-01",
            }
            rows = [{"id": name, "object": "model", "shutdown_date": day} for name, day in days.items()]
            body = json.dumps({"object": "list", "data": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Announcing)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_catalogue_learns_shutdown_days_from_the_providers(announcing):
    PoolKeyFactory(provider=Provider.OPENAI, base_url=announcing)
    before = AiModel.objects.get(name="gpt-4o").shutdown_on

    assert (connecting.read_shutdown_days(), connecting.read_shutdown_days()) == (1, 0)

    assert str(AiModel.objects.get(name="gpt-6-luna").shutdown_on) == "2028-05-01"
    assert AiModel.objects.get(name="gpt-4o").shutdown_on == before
