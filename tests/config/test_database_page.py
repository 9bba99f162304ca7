"""The admin's page on the health of the database."""

import pytest
from django.urls import reverse

from config.celery import app
from config.database.health import QUESTIONS
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.BACKUP_ROOT = tmp_path / "backups"


@pytest.fixture
def sent(monkeypatch):
    """Which tasks went to a worker."""
    seen = []
    monkeypatch.setattr(
        app.Task, "apply_async", lambda task, args=None, kwargs=None, **rest: seen.append((task.name, kwargs))
    )
    return seen


def test_staff_sees_every_answer_but_cannot_act(browser_of, sent):
    client = browser_of(UserFactory(is_staff=True))

    page = client.get(reverse("admin:database"))
    refused = client.post(reverse("admin:database"), {"index": "idx_documents_hash"})

    assert page.status_code == 200
    assert len(page.context["sections"]) == len(QUESTIONS)
    assert 'name="backup"' not in page.content.decode()
    assert refused.status_code == 403
    assert sent == []


@pytest.mark.parametrize(
    ("form", "task"),
    [
        ({"index": "idx_documents_hash"}, ("config.tasks.rebuild_index", {"name": "idx_documents_hash"})),
        ({"backup": "1"}, ("config.tasks.back_up", {})),
        ({"drill": "1"}, ("config.tasks.rehearse_restore", {})),
    ],
)
def test_a_superuser_sends_work_to_a_worker(browser_of, sent, form, task):
    client = browser_of(UserFactory(is_staff=True, is_superuser=True))

    answer = client.post(reverse("admin:database"), form)

    assert answer.status_code == 302
    assert [(name, kwargs or {}) for name, kwargs in sent] == [task]


def test_others_do_not_see_the_page(browser_of, client):
    assert browser_of(UserFactory()).get(reverse("admin:database")).status_code in {302, 403}
    assert client.get(reverse("admin:database")).status_code == 302


def test_the_sidebar_leads_to_the_page(browser_of):
    page = browser_of(UserFactory(is_staff=True, is_superuser=True)).get(reverse("admin:index"))

    assert reverse("admin:database") in page.content.decode()
