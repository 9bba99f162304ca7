"""One effect per ``Idempotency-Key``."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils.timezone import now

from accounts import services
from accounts.api.idempotency import IdempotencyMiddleware
from accounts.errors import KeyReused, StillRunning
from accounts.models import ApiKey, IdempotencyKey, Integration
from tests.factories.accounts import ApiKeyFactory, MembershipFactory, TenantFactory

KEYS = "/api/v1/api-keys/"
CONNECTIONS = "/api/v1/integrations/"
BODY = {"name": "Site", "scopes": ["all"]}


@pytest.mark.django_db
def test_a_repeat_hears_the_same_answer_and_does_nothing(api):
    owner = TenantFactory().owner

    first, second = (api(owner, **{"Idempotency-Key": "one"}).post(KEYS, BODY) for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert ApiKey.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_and_with_another_key_it_is_another_request(api):
    owner = TenantFactory().owner

    for headers in ({}, {}, {"Idempotency-Key": "one"}, {"Idempotency-Key": "two"}):
        assert api(owner, **headers).post(KEYS, BODY).status_code == 201

    assert ApiKey.objects.count() == 4


@pytest.mark.django_db
def test_another_body_is_refused(api):
    owner = TenantFactory().owner
    api(owner, **{"Idempotency-Key": "one"}).post(KEYS, BODY)

    answer = api(owner, **{"Idempotency-Key": "one"}).post(KEYS, {**BODY, "name": "Other"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert ApiKey.objects.count() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_its_caller_and_its_address(api):
    tenant = TenantFactory()
    program = ApiKeyFactory(tenant=tenant)
    body = {"platform": "deepseek", "credentials": {"api_key": "sk-1234567890"}}

    for principal in (tenant.owner, program.secret, TenantFactory().owner):
        answer = api(principal, **{"Idempotency-Key": "one"}).post(CONNECTIONS, body)
        assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, None)
    assert api(tenant.owner, **{"Idempotency-Key": "one"}).post(KEYS, BODY).status_code == 201
    assert Integration.objects.count() == 2


@pytest.mark.django_db
def test_a_bad_request_is_replayed_and_a_refusal_of_the_caller_is_not_kept(api):
    membership = MembershipFactory(role="user")

    bad = [api(membership.tenant.owner, **{"Idempotency-Key": "a"}).post(KEYS, {}) for _ in range(2)]
    forbidden = [api(membership.user, **{"Idempotency-Key": "b"}).post(KEYS, BODY) for _ in range(2)]

    assert [(answer.status_code, answer.get("Idempotent-Replayed")) for answer in bad] == [(400, None), (400, "true")]
    assert [(answer.status_code, answer.get("Idempotent-Replayed")) for answer in forbidden] == [(403, None)] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "a\x01b"])
def test_a_malformed_key_is_refused(api, key):
    answer = api(TenantFactory().owner, **{"Idempotency-Key": key}).post(KEYS, BODY)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


@pytest.mark.django_db
def test_the_kept_answer_is_encrypted(api):
    secret = api(TenantFactory().owner, **{"Idempotency-Key": "one"}).post(KEYS, BODY).json()["key"]

    assert secret.encode() not in bytes(IdempotencyKey.objects.get().body_encrypted)


@pytest.mark.django_db
def test_after_a_day_the_key_is_free_and_swept():
    tenant, at = TenantFactory(), now()
    claim = {"principal": "user:1", "route": "/", "key": "k"}
    services.finish(services.begin(tenant, **claim, body_hash="a", at=at), status=201, content_type="x", body=b"first")

    with pytest.raises(KeyReused):
        services.begin(tenant, **claim, body_hash="b", at=at + timedelta(hours=23))
    assert isinstance(services.begin(tenant, **claim, body_hash="b", at=at + timedelta(hours=25)), IdempotencyKey)
    assert services.purge_idempotency_keys(at=at + timedelta(hours=50)) == 1


@pytest.mark.django_db
def test_a_request_that_died_gives_its_key_back_after_the_lease():
    tenant, at = TenantFactory(), now()
    claim = {"principal": "user:1", "route": "/", "key": "k", "body_hash": "a"}
    services.begin(tenant, **claim, at=at)

    with pytest.raises(StillRunning):
        services.begin(tenant, **claim, at=at + timedelta(minutes=5))
    assert isinstance(services.begin(tenant, **claim, at=at + timedelta(minutes=11)), IdempotencyKey)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "is_kept"),
    [
        (lambda request: JsonResponse({}, status=201), True),
        (lambda request: JsonResponse({}, status=422), True),
        (lambda request: JsonResponse({}, status=429), False),
        (lambda request: JsonResponse({}, status=503), False),
        (lambda request: StreamingHttpResponse(iter([b"data: 1\n\n"]), content_type="text/event-stream"), False),
    ],
)
def test_what_is_kept(view, is_kept):
    serve(view)

    assert IdempotencyKey.objects.count() == int(is_kept)


@pytest.mark.django_db
def test_a_crash_gives_the_key_back():
    def crash(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        serve(crash)

    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_file_is_part_of_the_body_whatever_the_boundary_and_reaches_the_view():
    key, seen = ApiKeyFactory(), []

    def view(request):
        seen.append(request.FILES["file"].read())
        return HttpResponse(status=201)

    def send(content):
        file = SimpleUploadedFile("a.txt", content)
        return serve(view, key=key, body={"file": file, "title": "A"}).status_code

    assert (send(b"one"), send(b"one"), send(b"two")) == (201, 201, 422)
    assert seen == [b"one"]


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_racing_requests_one_acts():
    key, acted, barrier = ApiKeyFactory(), [], Barrier(16)

    def view(request):
        acted.append(1)
        return JsonResponse({"n": 1}, status=201)

    def race(_):
        try:
            barrier.wait()
            return serve(view, key=key).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(race, range(16)))

    assert len(acted) == 1
    assert set(statuses) <= {201, 409}


def serve(view, *, key=None, body=None):
    """Send one keyed POST of a program through the middleware to ``view``."""
    key = key or ApiKeyFactory()
    request = RequestFactory().post(
        "/api/v1/things/",
        body or {"a": "1"},
        headers={"Idempotency-Key": "one", "Authorization": f"Api-Key {key.secret}"},
    )
    request.tenant = key.tenant
    middleware = IdempotencyMiddleware(lambda request: middleware.process_view(request, view, (), {}) or view(request))
    return middleware(request)
