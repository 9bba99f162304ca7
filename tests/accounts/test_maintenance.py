"""While the system is worked on: people read a page, programs a problem; sockets hear, workers rest, staff works."""

import pytest
from channels.testing import WebsocketCommunicator
from django.urls import reverse

from accounts import services
from accounts.enums import MaintenanceMode, SettingCategory
from accounts.models import User
from config.broadcast import broadcaster
from config.celery import Drain
from config.maintenance import SOCKET_CODE
from config.routing import sockets
from tests.factories.accounts import ApiKeyFactory, TenantFactory
from tests.factories.assistants import AssistantFactory

pytestmark = pytest.mark.django_db
MAINTENANCE = SettingCategory.MAINTENANCE


def switch(mode, **others):
    for key, value in others.items():
        services.set_setting(MAINTENANCE, key, value)
    services.set_setting(MAINTENANCE, "mode", mode)


@pytest.mark.parametrize("path", ["/", "/team/", "/balance/", "/dialogs/", "/accounts/signup/"])
def test_closed_people_read_a_page_that_says_when(browser_of, path):
    browser = browser_of(TenantFactory().owner)
    switch(MaintenanceMode.CLOSED, minutes=40, message_ru="Меняем диски.")

    page = browser.get(path)

    assert page.status_code == 503
    assert (page["Retry-After"], page["Refresh"]) == ("2400", "60")
    assert "Меняем диски." in page.content.decode()


def test_reading_goes_on_when_only_writing_is_closed(browser_of):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)
    switch(MaintenanceMode.READ_ONLY)

    read, written = browser.get("/team/"), browser.post("/profile/", {"full_name": "Другая"})

    assert read.status_code == 200
    assert 'class="maintenance"' in read.content.decode()
    assert written.status_code == 503
    tenant.owner.refresh_from_db()
    assert tenant.owner.full_name != "Другая"


@pytest.mark.parametrize(
    ("mode", "method", "status"),
    [
        (MaintenanceMode.CLOSED, "get", 503),
        (MaintenanceMode.CLOSED, "post", 503),
        (MaintenanceMode.READ_ONLY, "get", 200),
        (MaintenanceMode.READ_ONLY, "post", 503),
    ],
)
def test_programs_get_a_problem_with_the_time_to_come_back(api, mode, method, status):
    client = api(ApiKeyFactory().secret)
    switch(mode, minutes=5)

    answer = getattr(client, method)("/api/v1/assistants/")

    assert answer.status_code == status
    if status == 503:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"] == "300"
        assert (answer.json()["code"], answer.json()["retry_after"]) == ("maintenance", 300)


def test_webhooks_are_asked_to_come_again(client):
    switch(MaintenanceMode.CLOSED)

    assert client.post("/webhooks/payments/yookassa/", {}).status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/accounts/login/"])
def test_the_watchers_and_the_way_in_stay(client, path):
    switch(MaintenanceMode.CLOSED)

    assert client.get(path).status_code == 200


def test_our_staff_works_and_is_reminded(browser_of):
    staff = browser_of(User.objects.create_superuser("staff@example.com"))
    switch(MaintenanceMode.CLOSED)

    assert staff.get("/admin/").status_code == 200
    assert 'class="maintenance"' in staff.get("/profile/").content.decode()


def test_sellers_do_not_pass_as_staff(browser_of):
    switch(MaintenanceMode.CLOSED)

    assert browser_of(TenantFactory().owner).get("/admin/").status_code == 503


@pytest.mark.parametrize("mode", [MaintenanceMode.CLOSED, MaintenanceMode.READ_ONLY])
def test_the_preview_shows_the_page_and_closes_nothing(browser_of, mode):
    staff = browser_of(User.objects.create_superuser("staff@example.com"))

    page = staff.get(reverse("admin:maintenance_preview"), {"mode": mode})

    assert page.status_code == 200
    assert "503.html" in [template.name for template in page.templates]
    assert services.setting(MAINTENANCE, "mode") == MaintenanceMode.OFF


@pytest.mark.django_db(transaction=True)
async def test_open_sockets_hear_and_close_and_new_ones_are_turned_away():
    from channels.db import database_sync_to_async

    assistant = await database_sync_to_async(AssistantFactory)(website_integration_enabled=True)
    address = f"/ws/widget/{assistant.uuid}/"
    here = WebsocketCommunicator(sockets, address, headers=[(b"origin", b"http://localhost")])
    assert (await here.connect())[0]

    await database_sync_to_async(switch)(MaintenanceMode.CLOSED, minutes=3)
    broadcaster().flush()

    told = await here.receive_json_from(timeout=5)
    assert (told["type"], told["mode"], told["retry_after"]) == ("maintenance", "closed", 180)
    assert (await here.receive_output(timeout=5))["code"] == SOCKET_CODE
    late = WebsocketCommunicator(sockets, address, headers=[(b"origin", b"http://localhost")])
    assert (await late.connect())[0]
    assert (await late.receive_json_from(timeout=5))["type"] == "maintenance"
    assert (await late.receive_output(timeout=5))["code"] == SOCKET_CODE


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_leaves_its_queue_and_comes_back(monkeypatch):
    """A real worker on the real broker: what is sent while the system is closed runs when it opens."""
    from celery.contrib.testing.worker import start_worker

    from accounts import tasks
    from config import celery as application

    ran = []
    monkeypatch.setattr(application, "LOOK_EVERY_SECONDS", 0.2)
    monkeypatch.setattr(tasks.purge_idempotency_keys, "run", lambda **_: ran.append(1))
    queue = {"queue": "drain-test"}
    with start_worker(application.app, pool="threads", perform_ping_check=False, queues=["drain-test"]):
        tasks.purge_idempotency_keys.apply_async(**queue)
        assert eventually(lambda: ran == [1])
        switch(MaintenanceMode.READ_ONLY)
        assert eventually(lambda: Drain.is_drained)
        tasks.purge_idempotency_keys.apply_async(**queue)
        assert not eventually(lambda: len(ran) > 1, seconds=1.5)
        switch(MaintenanceMode.OFF)
        assert eventually(lambda: ran == [1, 1])


def eventually(is_true, seconds=10):
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_true():
            return True
        time.sleep(0.05)
    return False
