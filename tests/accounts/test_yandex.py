"""Log-in with Yandex ID, against a server of ours that speaks like Yandex."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail

from accounts.models import Tenant, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PROFILE = {
    "id": "1000034426",
    "login": "ivan",
    "default_email": "ivan@yandex.ru",
    "emails": ["ivan@yandex.ru"],
    "first_name": "Иван",
    "last_name": "Петров",
    "display_name": "ivan",
}


@pytest.fixture
def yandex(settings):
    """A Yandex that answers with ``yandex.profile`` and remembers what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.asked.append((self.path, parse_qs(body)))
            self.answer({"access_token": "y0_token", "token_type": "bearer", "expires_in": 3600})

        def do_GET(self):
            server.asked.append((self.path, self.headers["Authorization"]))
            self.answer(server.profile)

        def answer(self, facts):
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(facts).encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.profile, server.asked, server.status = PROFILE, [], 200
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    settings.SERVICES = settings.SERVICES | {
        "YANDEX_OAUTH_URL": f"{base}/authorize",
        "YANDEX_TOKEN_URL": f"{base}/token",
        "YANDEX_PROFILE_URL": f"{base}/info",
    }
    provider = settings.SOCIALACCOUNT_PROVIDERS["yandex"] | {"APPS": [{"client_id": "id", "secret": "secret"}]}
    settings.SOCIALACCOUNT_PROVIDERS = {"yandex": provider}
    settings.YANDEX_CLIENT_ID = "id"
    yield server
    server.shutdown()
    thread.join()


def come_back(client):
    """Go to Yandex and return from it with a code."""
    away = client.post("/accounts/yandex/login/")
    query = parse_qs(urlsplit(away["Location"]).query)
    return client.get("/accounts/yandex/login/callback/", {"code": "7", "state": query["state"][0]})


def test_the_button_is_there_only_when_yandex_is_configured(client):
    assert "yandex" not in client.get("/accounts/login/").content.decode()


def test_the_button_leads_to_the_configured_address_with_proof_of_key(client, yandex, settings):
    assert "/accounts/yandex/login/" in client.get("/accounts/login/").content.decode()

    away = urlsplit(client.post("/accounts/yandex/login/")["Location"])
    query = parse_qs(away.query)

    assert away.port == yandex.server_port
    assert query["redirect_uri"] == [f"{settings.BASE_URL}/accounts/yandex/login/callback/"]
    assert query["code_challenge_method"] == ["S256"]


def test_a_new_person_gets_a_shop_and_waits_for_approval(client, yandex):
    come_back(client)

    user = User.objects.get()
    assert (user.email, user.full_name, user.yandex_id) == ("ivan@yandex.ru", "Иван Петров", "1000034426")
    assert (user.is_email_confirmed, user.is_approved, user.has_usable_password()) == (True, False, False)
    assert Tenant.objects.get().owner == user
    assert client.get("/").status_code == 403
    assert [asked[0].split("?")[0] for asked in yandex.asked] == ["/token", "/info"]
    assert yandex.asked[1][1] == "OAuth y0_token"


def test_a_known_person_comes_back(client, yandex):
    come_back(client)
    User.objects.update(is_approved=True)
    client.logout()

    come_back(client)

    assert User.objects.count() == 1
    assert client.get("/").status_code == 200


def test_an_email_that_is_taken_is_not_taken_over(client, yandex):
    owner = UserFactory(email="ivan@yandex.ru")

    come_back(client)

    assert "_auth_user_id" not in client.session
    owner.refresh_from_db()
    assert owner.yandex_id is None
    assert mail.outbox[0].to == ["ivan@yandex.ru"]


def test_a_profile_without_an_email_asks_for_one(client, yandex):
    yandex.profile = {"id": "5", "login": "ivan"}

    answer = come_back(client)

    assert answer["Location"] == "/accounts/3rdparty/signup/"
    page = client.post(
        answer["Location"], {"email": "ivan@example.com", "full_name": "Иван", "shop": "Лавка"}, follow=True
    )
    assert page.status_code == 200
    assert (User.objects.get().is_email_confirmed, Tenant.objects.get().name) == (False, "Лавка")


@pytest.mark.parametrize("status", [401, 500])
def test_yandex_in_trouble_is_a_friendly_page(client, yandex, status):
    yandex.status = status

    page = come_back(client)

    assert "socialaccount/authentication_error.html" in [template.name for template in page.templates]
    assert not User.objects.exists()


def test_a_forged_return_is_refused(client, yandex):
    page = client.get("/accounts/yandex/login/callback/", {"code": "7", "state": "forged"})

    assert not User.objects.exists()
    assert "socialaccount/authentication_error.html" in [template.name for template in page.templates]
