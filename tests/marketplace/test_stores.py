"""Connecting cabinets: what tokens say, who may have which cabinet, and what people see of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import EventType, IntegrationStatus, Role
from accounts.models import Event, Integration, Membership
from accounts.services.connections import credentials_of
from marketplace.errors import CabinetTaken, MixedCabinets, NothingPasted, TokenExpired
from marketplace.models import Store, StoreSync
from marketplace.services import stores as service
from marketplace.wildberries import Unauthorised, Unreadable
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


def given(wb, **token):
    return service.read_tokens(wb.token(**token), at=now())


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def tenant(owner):
    tenant = TenantFactory(owner=owner)
    Membership.objects.update_or_create(tenant=tenant, user=owner, defaults={"role": Role.ADMIN})
    return tenant


def test_a_store_is_connected_with_its_four_syncs(wb, tenant):
    store = service.connect_store(tenant, tokens=given(wb), name="Лён", at=now())
    assert (store.name, store.sid, store.integration.external_account) == ("Лён", wb.sid, wb.sid)
    assert StoreSync.objects.due(at=now()).filter(store=store).count() == 4
    assert wb.token()[:20] not in str(store.integration.metadata)


def test_several_tokens_each_do_their_part(wb, tenant):
    first, second, third = (wb.token(categories=part) for part in (["content", "prices"], ["feedbacks"], ["chat"]))
    text = f"{first}\n{second} {third}"
    store = service.connect_store(tenant, tokens=service.read_tokens(text, at=now()), at=now())
    assert set(credentials_of(store.integration)) == {"api_token", "feedbacks_api_token", "chat_api_token"}
    assert [trial.is_good for trial in service.try_permissions(store, at=now())] == [True] * 4


def test_the_same_cabinet_again_gets_the_new_token(wb, tenant):
    first = service.connect_store(tenant, tokens=given(wb, categories=["chat"]), name="Лён", at=now())
    again = service.connect_store(tenant, tokens=given(wb), at=now())
    assert (again.pk, again.name, Store.objects.count()) == (first.pk, "Лён", 1)
    assert len(again.integration.metadata["tokens"][0]["categories"]) == 5


def test_a_cabinet_has_one_owner(wb, tenant):
    service.connect_store(tenant, tokens=given(wb), at=now())
    stranger = TenantFactory()
    with pytest.raises(CabinetTaken):
        service.connect_store(stranger, tokens=given(wb), at=now())
    assert not Store.objects.of(stranger).exists()
    assert not Integration.objects.of(stranger).exists()

    service.disconnect_store(Store.objects.get(sid=wb.sid))
    assert service.connect_store(stranger, tokens=given(wb), at=now()).sid == wb.sid
    assert credentials_of(Integration.objects.get(tenant=tenant)) == {}


def test_a_forged_token_does_not_occupy_a_cabinet(wb, tenant):
    head, body, _ = wb.token().split(".")
    forged = service.read_tokens(f"{head}.{body}.{'A' * 43}", at=now())
    with pytest.raises(Unauthorised):
        service.connect_store(tenant, tokens=forged, at=now())
    assert not Store.objects.exists()


def test_bad_pastes_are_refused(wb):
    for text, refusal in [
        ("  ", NothingPasted),
        ("не токен", Unreadable),
        (f"{wb.token()} {wb.token(sid='other')}", MixedCabinets),
        (wb.token(expires_at=1_700_000_000), TokenExpired),
    ]:
        with pytest.raises(refusal):
            service.read_tokens(text, at=now())


def test_permissions_are_tried_one_by_one(wb, tenant):
    store = service.connect_store(tenant, tokens=given(wb, categories=["feedbacks"]), at=now())
    trials = service.try_permissions(store, at=now())
    assert [trial.is_good for trial in trials] == [True, False, False, False]
    assert "Контент" in trials[1].words


def test_owners_are_warned_once_on_each_of_the_days(wb, tenant, owner, django_capture_on_commit_callbacks, eager_tasks):
    expires = now() + timedelta(days=40)
    service.connect_store(tenant, tokens=given(wb, expires_at=expires.timestamp()), name="Лён", at=now())
    told = []
    for days in range(41):
        with django_capture_on_commit_callbacks(execute=True):
            told += [40 - days] * service.warn_of_expiring(at=now() + timedelta(days=days, minutes=5))
    assert told == [30, 14, 7, 1]
    assert [letter.to for letter in mail.outbox] == [[owner.email]] * 4
    assert "Лён" in mail.outbox[0].subject
    kept = Event.objects.filter(type=EventType.TOKEN_EXPIRING).order_by("seq")
    assert [event.data["days"] for event in kept] == [30, 14, 7, 1]
    assert kept[0].tenant == tenant


def test_the_connections_page_leads_to_stores(wb, tenant, owner, browser_of, django_capture_on_commit_callbacks):
    browser = browser_of(owner)
    assert browser.get(reverse("connect_platform", args=["wildberries"]))["Location"] == reverse("connect_store")
    store = service.connect_store(tenant, tokens=given(wb), at=now())
    StoreSync.objects.update(next_run_at=now() + timedelta(hours=6))

    listed = browser.get(reverse("integrations")).content.decode()
    browser.post(reverse("sync_integration", args=[store.integration.uuid]))

    assert reverse("store", args=[store.uuid]) in listed
    assert StoreSync.objects.due(at=now()).filter(store=store).count() == 4


def test_a_new_token_ends_the_need_to_sign_in_again(wb, tenant):
    store = service.connect_store(tenant, tokens=given(wb), at=now())
    Integration.objects.update(status=IntegrationStatus.REAUTH_REQUIRED)
    service.connect_store(tenant, tokens=given(wb), at=now())
    assert StoreSync.objects.due(at=now()).filter(store=store).count() == 4


def test_a_paused_store_is_not_synced(wb, tenant):
    store = service.connect_store(tenant, tokens=given(wb), at=now())
    service.pause(store)
    assert not StoreSync.objects.due(at=now()).exists()
    service.resume(store, at=now())
    assert StoreSync.objects.due(at=now()).count() == 4


def test_pages_connect_show_and_command(wb, tenant, owner, browser_of):
    browser = browser_of(owner)
    assert "Магазинов пока нет" in browser.get("/wildberries/stores/").content.decode()

    look = browser.post("/wildberries/stores/new/", {"tokens": wb.token(is_read_only=True), "look": "1"})
    assert "только чтение" in look.content.decode()
    assert not Store.objects.exists()
    refused = browser.post("/wildberries/stores/new/", {"tokens": "abc"})
    assert (refused.status_code, "Это не токен" in refused.content.decode()) == (422, True)

    browser.post("/wildberries/stores/new/", {"tokens": wb.token(), "name": "Лён"})
    store = Store.objects.get(tenant=tenant)
    page = f"/wildberries/stores/{store.uuid}/"
    assert "Персональный токен" in browser.get(page).content.decode()
    assert "every 5s" in browser.get(page, headers={"HX-Request": "true"}).content.decode()
    for verb in ("try", "sync", "pause", "resume"):
        assert browser.post(f"{page}{verb}/").status_code == 302
    assert "работает" in browser.get(page).content.decode()
    assert wb.token()[:30] not in browser.get(page).content.decode()
    other = browser.post(f"{page}tokens/", {"tokens": wb.token(sid="another-cabinet")})
    assert "другого кабинета" in other.content.decode()
    browser.post(f"{page}disconnect/")
    store.refresh_from_db()
    assert (store.sid, store.status) == (None, "inactive")


def test_only_administrators_connect(wb, tenant, browser_of):
    store = service.connect_store(tenant, tokens=given(wb), at=now())
    person = UserFactory()
    Membership.objects.create(tenant=tenant, user=person, role=Role.USER)
    browser = browser_of(person)
    session = browser.session
    session["tenant"] = str(tenant.uuid)
    session.save()
    assert browser.get("/wildberries/stores/new/").status_code == 403
    assert browser.post(f"/wildberries/stores/{store.uuid}/disconnect/").status_code in {403, 404}
    store.refresh_from_db()
    assert store.sid == wb.sid
