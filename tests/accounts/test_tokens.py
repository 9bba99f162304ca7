"""Tokens of people, keys of programs, and the gate before the API."""

from datetime import timedelta
from statistics import median
from time import process_time  # of this process alone: other load on the machine does not count

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.utils.timezone import now
from rest_framework_simplejwt.tokens import AccessToken

from accounts import services
from accounts.enums import Role, Scope
from accounts.models import ApiKey
from tests.factories.accounts import PASSWORD, ApiKeyFactory, MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db

TOKEN = "/api/v1/auth/token/"
ME = "/api/v1/auth/me/"


def ask(api, email, password=PASSWORD, **more):
    return api().post(TOKEN, {"email": email, "password": password, **more})


def bearer(api, token):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_a_pair_of_tokens_opens_the_api_and_renews(api):
    tenant = TenantFactory()
    pair = ask(api, tenant.owner.email.upper()).json()

    me = bearer(api, pair["access"]).get(ME).json()
    renewed = api().post(f"{TOKEN}refresh/", {"refresh": pair["refresh"]}).json()

    assert (me["kind"], me["person"]["email"], me["tenants"][0]["role"]) == ("person", tenant.owner.email, "admin")
    assert bearer(api, renewed["access"]).get(ME).status_code == 200


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"is_approved": False}, 403, "approval_required"),
        ({"is_approved": False, "is_email_confirmed": False}, 403, "email_unconfirmed"),
        ({"status": "blocked"}, 401, "invalid_credentials"),
    ],
)
def test_who_is_not_let_in_gets_no_token(api, facts, status, code):
    user = UserFactory(**facts)

    right, wrong = ask(api, user.email), ask(api, user.email, "wrong password")

    assert (right.status_code, right.json()["code"]) == (status, code)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")


def test_unknown_and_wrong_answer_alike_and_in_like_time(api, settings, monkeypatch):
    monkeypatch.setattr(BCryptSHA256PasswordHasher, "rounds", 10)
    settings.ACCOUNT_RATE_LIMITS = False
    known = UserFactory().email
    times, answers = {known: [], "nobody@example.com": []}, {}

    for _ in range(7):
        for email, spent in times.items():
            start = process_time()
            answers[email] = ask(api, email, "wrong password")
            spent.append(process_time() - start)

    assert answers[known].json() == answers["nobody@example.com"].json()
    known_time, unknown_time = (median(spent) for spent in times.values())
    assert known_time == pytest.approx(unknown_time, rel=0.5)


def test_guessing_over_the_api_is_stopped(api):
    user = UserFactory()
    for _ in range(5):
        ask(api, user.email, "wrong password")

    answer = ask(api, user.email)

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.c"}, {"email": "a@b.c", "password": "x" * 10_000}, {"email": ["a"], "password": {}}, []]
)
def test_a_malformed_log_in_is_refused(api, body):
    assert api().post(TOKEN, body).status_code == 400


def test_a_second_factor_is_asked_for(api):
    user = UserFactory()
    MembershipFactory(user=user)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

    assert ask(api, user.email).status_code == 401
    assert ask(api, user.email, code="000000").status_code == 401
    assert ask(api, user.email, code=code).status_code == 200


@pytest.mark.parametrize("subject", ["", "1", "not-a-uuid", "01a1f966-4e64-7ac3-a9f7-294fbf7e4144"])
def test_a_token_for_nobody_is_refused(api, subject):
    token = AccessToken()
    token["sub"] = subject

    assert bearer(api, token).get(ME).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_forged_token_is_refused(api, token):
    assert bearer(api, token).get(ME).status_code == 401


def test_a_new_password_and_a_block_end_tokens(api):
    user = UserFactory()
    MembershipFactory(user=user)
    first = ask(api, user.email).json()
    user.set_password("another-long-9")
    user.save()

    assert bearer(api, first["access"]).get(ME).status_code == 401
    assert api().post(f"{TOKEN}refresh/", {"refresh": first["refresh"]}).status_code == 401

    second = ask(api, user.email, "another-long-9").json()
    services.block(user, by=None, at=now())

    assert bearer(api, second["access"]).get(ME).status_code == 401
    assert api().post(f"{TOKEN}refresh/", {"refresh": second["refresh"]}).status_code == 401


def test_only_the_hash_of_a_key_is_kept():
    key = ApiKeyFactory()

    assert key.secret.startswith(key.prefix)
    assert key.secret not in str(ApiKey.objects.filter(pk=key.pk).values())


@pytest.mark.parametrize(
    "spoil", [{"expires_at": now() - timedelta(seconds=1)}, {"revoked_at": now()}, {"tenant__is_active": False}]
)
def test_a_dead_key_opens_nothing(api, spoil):
    key = ApiKeyFactory(**spoil)

    answer = api(key.secret).get(ME)

    assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")


@pytest.mark.parametrize("text", ["", "otk_", "otk_wrong", "x" * 10_000])
def test_a_wrong_key_opens_nothing(api, text):
    assert api(text or " ").get(ME).status_code == 401


def test_a_keys_use_is_noted_once_a_minute():
    key, at = ApiKeyFactory(), now()

    for seconds in (0, 30, 61):
        services.authenticate_api_key(key.secret, at=at + timedelta(seconds=seconds))

    key.refresh_from_db()
    assert key.last_used_at == at + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        (Scope.READ, "get", "/api/v1/integrations/", 200),
        (Scope.READ, "post", "/api/v1/integrations/", 403),
        (Scope.ASK, "get", "/api/v1/integrations/", 403),
        (Scope.EXTENSION, "get", "/api/v1/members/", 403),
        (Scope.ALL, "get", "/api/v1/api-keys/", 200),
        (Scope.ALL, "post", "/api/v1/api-keys/", 403),
        (Scope.ALL, "post", "/api/v1/invitations/", 403),
    ],
)
def test_a_key_does_what_it_was_made_for(api, scope, method, path, status):
    key = ApiKeyFactory(scopes=[scope])

    assert getattr(api(key.secret), method)(path, {}).status_code == status


@pytest.mark.parametrize(("role", "status"), [(Role.USER, 403), (Role.OPERATOR, 403), (Role.ADMIN, 422)])
def test_connections_are_made_by_administrators(api, role, status):
    membership = MembershipFactory(role=role)
    body = {"platform": "deepseek", "credentials": {}}

    assert api(membership.user).post("/api/v1/integrations/", body).status_code == status


def test_a_person_works_in_the_tenant_the_header_names(api):
    user = UserFactory()
    first, second = (MembershipFactory(user=user, role=Role.ADMIN).tenant for _ in range(2))
    stranger = TenantFactory()

    def members(tenant):
        return api(user, **{"Otklik-Tenant": str(tenant.uuid)}).get("/api/v1/members/")

    assert {row["email"] for row in members(second).json()["results"]} == {user.email, second.owner.email}
    assert {row["email"] for row in members(first).json()["results"]} == {user.email, first.owner.email}
    assert members(stranger).status_code == 404
    assert api(user, **{"Otklik-Tenant": "rubbish"}).get("/api/v1/members/").status_code == 404
