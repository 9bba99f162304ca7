"""What the API refuses before any view sees it."""

import pytest

from tests.factories.accounts import TenantFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/documents/"


@pytest.fixture
def post(api):
    client = api(TenantFactory().owner)
    return lambda body: client.generic("POST", ADDRESS, body, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"title": NaN}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 30 + b"1" + b"}" * 30,
    ],
    ids=range(8),
)
def test_unreadable_bodies_are_one_clear_problem(post, body):
    response = post(body)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_body_nobody_should_have_to_read_is_refused(post, settings):
    response = post(b'{"text": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}')

    assert response.status_code == 413
    assert response.json()["type"].endswith("payload_too_large")
