"""The API keeps to its own description, whatever it is sent."""

from contextlib import suppress

import jsonschema
import pytest
import schemathesis
from django.db import connection, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from accounts.enums import Scope
from config.api_examples import EXAMPLES
from config.wsgi import application
from tests.factories import marketplace as shop
from tests.factories import operators as desk
from tests.factories.accounts import ApiKeyFactory, IntegrationFactory, InvitationFactory, MembershipFactory
from tests.factories.assistants import AssistantFactory, BotFactory, DatasetFactory, ExampleFactory
from tests.factories.billing import BalanceFactory, PaymentFactory
from tests.factories.dialogs import DialogFactory, MessageFactory
from tests.factories.knowledge import DocumentFactory, EntryFactory, WebSourceFactory
from tests.factories.webhooks import a_delivery, an_endpoint

pytestmark = pytest.mark.django_db

EXAMPLES_EACH = 2
CHECKS = (status_code_conformance, content_type_conformance)  # no 500 is described
COMMITS = "commits on its own before it asks a model, which a test's transaction forbids"
SKIPPED = {
    "/api/v1/auth/token/": "takes two hundred milliseconds a call, and has rules of its own in test_tokens",
    "/api/v1/reviews/{uuid}/draft/": COMMITS,
    "/api/v1/questions/{uuid}/draft/": COMMITS,
    "/api/v1/chats/{uuid}/draft/": COMMITS,
    "/api/v1/complaints/{uuid}/regenerate/": COMMITS,
}


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def _one_connection(monkeypatch):
    """Keep the test's connection, and with it its transaction, between requests."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def tenant():
    return BalanceFactory(balance=1000).tenant


@pytest.fixture
def furnished(tenant, settings):
    """A shop with something of everything; its assistant is off, so that no question waits for a model."""
    settings.API_RATE = "1000000/minute"
    settings.SERVICES = dict.fromkeys(settings.SERVICES, "http://127.0.0.1:1")
    assistant = AssistantFactory(tenant=tenant, is_active=False)
    dialog = DialogFactory(tenant=tenant, assistant=assistant)
    MessageFactory(dialog=dialog)
    store = shop.StoreFactory(tenant=tenant)
    product = shop.ProductFactory(store=store)
    shop.ComplaintFactory(review=shop.ReviewFactory(product=product))
    for make in (shop.ChatFactory, shop.QuestionFactory):
        make(store=store)
    shop.SequenceFactory(chat=shop.ChatFactory(store=store))
    desk.TicketFactory(tenant=tenant)
    desk.CannedReplyFactory(tenant=tenant)
    for make in (InvitationFactory, MembershipFactory, IntegrationFactory, PaymentFactory, DocumentFactory):
        make(tenant=tenant)
    EntryFactory(tenant=tenant, document=DocumentFactory(tenant=tenant))
    WebSourceFactory(tenant=tenant)
    BotFactory(assistant=assistant)
    ExampleFactory(dataset=DatasetFactory(tenant=tenant))
    a_delivery(an_endpoint(tenant))
    return tenant


@pytest.mark.slow
@pytest.mark.usefixtures("_one_connection")
def test_nothing_that_is_sent_finds_a_server_error_or_an_undescribed_answer(document, furnished, api):
    key = ApiKeyFactory(tenant=furnished)
    headers = {"Authorization": f"Api-Key {key.secret}"}
    schema = from_dict(document)
    schema.app = application
    browser = api(furnished.owner)
    known = {path: _first(browser, path) for path in document["paths"] if path.count("/") == 4}
    problems = {}

    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in SKIPPED:
            continue
        uuid = next((known[p] for p in sorted(known, key=len, reverse=True) if operation.path.startswith(p)), None)

        _attack(operation, uuid, headers, problems)

    assert problems == {}, "\n".join(f"{name}: {words}" for name, words in problems.items())


def _attack(operation, uuid, headers, problems):
    @settings(
        max_examples=EXAMPLES_EACH,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attack(case):
        if uuid and "uuid" in (case.path_parameters or {}):
            case.path_parameters["uuid"] = uuid
        with suppress(_Undo), transaction.atomic():
            response = case.call(headers=headers)
            try:
                case.validate_response(response, checks=CHECKS)
            except schemathesis.core.failures.FailureGroup as failures:
                problems[f"{case.method} {operation.path}"] = [
                    f"{failure.title}: {response.status_code} {response.text[:300]} for {case.body!r:.200}"
                    for failure in failures.exceptions
                ]
            raise _Undo

    attack()


class _Undo(Exception):
    pass


def _first(browser, path):
    answer = browser.get(path)
    found = answer.json() if answer.status_code == 200 else {}
    rows = found.get("results") if isinstance(found, dict) else None
    return rows[0].get("uuid") if rows else None


def test_every_example_is_one_its_schema_takes(document):
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"].get("application/json")
        for methods in document["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    }

    assert set(EXAMPLES) <= set(bodies)
    for name, example in EXAMPLES.items():
        whole = {**bodies[name]["schema"], "components": document["components"]}
        jsonschema.Draft7Validator(whole).validate(example)
        assert bodies[name]["example"] == example


def test_every_operation_says_which_scopes_are_enough(document):
    asked = document["paths"]["/api/v1/assistants/{uuid}/ask/"]["post"]
    keys = document["paths"]["/api/v1/api-keys/"]

    assert asked["x-scopes"] == ["all", "ask"]
    assert (keys["get"]["x-scopes"], keys["post"]["x-scopes"]) == (["all", "read"], [])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/no-such-thing/", 404, "not_found"),
        ("get", "/api/v1/tickets/no-uuid/", 404, "not_found"),
        ("put", "/api/v1/balance/", 405, "method_not_allowed"),
        ("post", "/api/nowhere", 404, "not_found"),
    ],
)
def test_refusals_before_any_view_are_problems_too(api, tenant, method, path, status, code):
    answer = getattr(api(tenant.owner), method)(path)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_another_kind_of_body_is_a_problem(api, tenant):
    answer = api(tenant.owner).post("/api/v1/tickets/", "title=x", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_moment_that_nothing_can_hold_is_a_problem(api, tenant):
    answer = api(tenant.owner).get("/api/v1/transactions/", {"created_after": "0061-03-31T15:58:33-21:27"})

    assert (answer.status_code, answer.json()["code"]) == (400, "out_of_range")


def test_a_number_is_no_question(api, tenant):
    assistant = AssistantFactory(tenant=tenant)

    answer = api(tenant.owner).post(f"/api/v1/assistants/{assistant.uuid}/ask/", {"text": 7})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["text"])


@pytest.mark.parametrize(("scope", "status"), [(Scope.ALL, 409), (Scope.ASK, 409), (Scope.READ, 403)])
def test_a_key_made_for_asking_may_ask(tenant, scope, status):
    assistant = AssistantFactory(tenant=tenant, is_active=False)  # refused as off, once the scope is enough
    client = APIClient(headers={"Authorization": f"Api-Key {ApiKeyFactory(tenant=tenant, scopes=[scope]).secret}"})

    answer = client.post(f"/api/v1/assistants/{assistant.uuid}/ask/", {"text": "Where is my order?"})

    assert answer.status_code == status


def test_a_caller_reads_what_is_left_and_is_told_when_to_come_again(api, tenant, settings):
    settings.API_RATE = "3/minute"
    client, other = api(tenant.owner), api(MembershipFactory(tenant=tenant).user)

    answers = [client.get("/api/v1/balance/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    assert 0 < int(answers[3].headers["Retry-After"]) <= 60
    assert answers[3].json()["code"] == "throttled"
    assert other.get("/api/v1/balance/").status_code == 200
