"""Log-in, sign-up, confirmation and reset, as a browser does them."""

import re
from statistics import median
from time import process_time  # of this process alone: other load on the machine does not count

import pytest
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.core import mail

from accounts.adapters import LONGEST_PASSWORD
from accounts.models import Membership, Tenant, User
from tests.factories.accounts import PASSWORD, InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db

SIGNUP = {"full_name": "Анна", "shop": "Тёплый дом", "email": "anna@example.com", "password1": "long-enough-9"}


def link(path):
    return re.search(rf"http://\S*({path}\S*)", mail.outbox[-1].body).group(1)


def login(client, email, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_sign_up_confirm_wait_and_be_let_in(client):
    assert client.post("/accounts/signup/", SIGNUP)["Location"] == "/accounts/confirm-email/"
    assert login(client, "anna@example.com", "long-enough-9")["Location"] == "/accounts/confirm-email/"

    page = client.post(link("/accounts/confirm-email/"))
    assert page.status_code == 302
    user = User.objects.get(email="anna@example.com")
    assert (user.is_email_confirmed, user.is_approved) == (True, False)

    login(client, "anna@example.com", "long-enough-9")
    for path in ("/", "/team/", "/api-keys/", "/profile/"):
        waiting = client.get(path)
        assert (waiting.status_code, "accounts/waiting.html") == (403, waiting.templates[0].name)
    assert client.get("/api/v1/members/").json()["code"] == "approval_required"

    User.objects.update(is_approved=True)
    assert client.get("/").status_code == 200


def test_passwords_are_kept_by_bcrypt(client):
    client.post("/accounts/signup/", SIGNUP)

    assert User.objects.get().password.startswith("bcrypt_sha256$$2b$")


def test_a_known_email_signs_up_like_a_new_one_and_its_owner_gets_a_letter(client):
    UserFactory(email="anna@example.com")

    answer = client.post("/accounts/signup/", SIGNUP)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1
    assert not Tenant.objects.exists()
    assert mail.outbox[0].to == ["anna@example.com"]
    assert "/accounts/confirm-email/" not in mail.outbox[0].body


@pytest.mark.parametrize(
    "spoil",
    [
        {"password1": "short"},
        {"password1": "password"},
        {"password1": "x" * (LONGEST_PASSWORD + 1)},
        {"email": "anna"},
        {"email": "anna@@example.com"},
        {"shop": ""},
        {"shop": "x" * 81},
        {"full_name": "\0"},
    ],
)
def test_a_poor_sign_up_is_refused_and_nothing_is_saved(client, spoil):
    answer = client.post("/accounts/signup/", {**SIGNUP, **spoil})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.exists()


def test_unknown_and_wrong_look_alike(client):
    known = UserFactory()

    pages = [login(client, email, "wrong password") for email in (known.email, "nobody@example.com")]

    texts = [
        re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page.content.decode()).replace(known.email, "")
        for page in pages
    ]
    assert texts[0] == texts[1].replace("nobody@example.com", "")


def test_unknown_and_wrong_take_like_time(client, settings, monkeypatch):
    monkeypatch.setattr(BCryptSHA256PasswordHasher, "rounds", 10)  # enough for a missing hash to show
    settings.ACCOUNT_RATE_LIMITS = False
    known = UserFactory()
    times = {known.email: [], "nobody@example.com": []}

    for _ in range(7):
        for email, spent in times.items():
            start = process_time()
            login(client, email, "wrong password")
            spent.append(process_time() - start)

    known_time, unknown_time = (median(spent) for spent in times.values())
    assert known_time == pytest.approx(unknown_time, rel=0.5)


def test_an_endless_password_is_refused_without_hashing(client, monkeypatch):
    user = UserFactory()
    monkeypatch.setattr(BCryptSHA256PasswordHasher, "rounds", 14)  # a hash would take a second

    start = process_time()
    answer = login(client, user.email, "x" * 10_000)

    assert process_time() - start < 0.5
    assert answer.context["form"].errors["password"]


def test_guessing_is_stopped_also_for_the_right_password(client):
    user = UserFactory()
    for _ in range(5):
        login(client, user.email, "wrong password")

    answer = login(client, user.email)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_log_in_leads_to_our_own_pages_only(client, target):
    assert login(client, UserFactory().email, next=target)["Location"] == "/"


def test_log_in_leads_where_the_person_wanted(client):
    assert login(client, UserFactory().email.upper(), next="/team/")["Location"] == "/team/"


def test_a_blocked_person_reads_so_only_with_the_right_password(client):
    user = UserFactory(status="blocked")

    assert login(client, user.email)["Location"] == "/accounts/inactive/"
    assert login(client, user.email, "wrong").status_code == 200


def test_the_reset_link_works_once_and_on_our_own_address(client, settings):
    user = UserFactory()
    client.post("/accounts/password/reset/", {"email": user.email}, headers={"host": "localhost"})
    assert settings.BASE_URL in mail.outbox[-1].body

    path = link("/accounts/password/reset/key/")
    form = client.get(path, follow=True)
    new = {"password1": "another-long-9", "password2": "another-long-9"}
    client.post(form.redirect_chain[-1][0], new)

    user.refresh_from_db()
    assert user.check_password("another-long-9")
    client.logout()
    assert client.get(path, follow=True).context["token_fail"]


def test_reset_says_the_same_for_unknown_emails(client):
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": email}, follow=True).content.decode()
        for email in (UserFactory().email, "nobody@example.com")
    )

    assert re.sub(r'"X-CSRFToken": "[^"]*"|value="[^"]*"', "", known) == re.sub(
        r'"X-CSRFToken": "[^"]*"|value="[^"]*"', "", unknown
    )


def test_a_new_password_ends_other_sessions(client, browser_of):
    user = UserFactory()
    elsewhere = browser_of(user)
    login(client, user.email)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another-long-9", "password2": "another-long-9"},
    )

    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_an_invited_stranger_signs_up_without_a_shop_and_joins(client):
    from accounts.services import invitation_token

    invitation = InvitationFactory(email="anna@example.com")
    path = f"/invitations/{invitation_token(invitation)}/"
    assert client.get(path).status_code == 200

    facts = {name: value for name, value in SIGNUP.items() if name != "shop"}
    answer = client.post("/accounts/signup/", facts)
    assert answer["Location"] == path
    client.post(path)

    user = User.objects.get(email="anna@example.com")
    assert [m.tenant for m in Membership.objects.filter(user=user)] == [invitation.tenant]
    assert client.get("/").status_code == 200


def test_log_out_needs_a_post(browser_of):
    browser = browser_of(UserFactory())

    assert browser.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in browser.session
    browser.post("/accounts/logout/")
    assert "_auth_user_id" not in browser.session


def test_the_admin_is_entered_through_the_same_door(client, browser_of):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert browser_of(UserFactory()).get("/admin/login/").status_code == 403


def test_log_in_works_while_redis_is_away(client, settings):
    cache = settings.CACHES["default"]
    settings.CACHES = {**settings.CACHES, "default": {**cache, "LOCATION": "redis://127.0.0.1:1/0"}}

    assert login(client, UserFactory().email)["Location"] == "/"
    assert client.get("/profile/").status_code == 200
