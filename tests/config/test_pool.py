"""The pool never hands out a connection the server has hung up, and asks nothing of the server to know it."""

import copy

import pytest
from django.db import connection

from config.postgres.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled():
    settings = copy.deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 5}
    settings |= {"CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": 0}
    wrapper = DatabaseWrapper(settings, alias="default")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend(wrapper):
    """Borrow a connection, ask which process serves it, and give it back."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    wrapper.close()
    return pid


def test_one_connection_serves_again_and_again(pooled):
    assert backend(pooled) == backend(pooled)


def test_a_connection_the_server_ended_is_replaced_without_an_error(pooled):
    first = backend(pooled)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert cursor.fetchone() == (True,)

    assert backend(pooled) != first


def test_borrowing_asks_the_server_nothing(pooled, monkeypatch):
    backend(pooled)
    asked = []
    lent = pooled.pool.getconn()
    monkeypatch.setattr(lent, "execute", lambda *query, **how: asked.append(query))
    pooled.pool.putconn(lent)

    backend(pooled)

    assert asked == []
