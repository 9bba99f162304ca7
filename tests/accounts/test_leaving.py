"""A shop's data: kept as long as it says, taken away whole, erased with proof; nobody else's is touched."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now

from accounts import services
from accounts.enums import DeletionStatus, ExportStatus, Role, Scope
from accounts.errors import DeletionAsked, ExportUnderWay, OwnerRequired, RoleRequired
from accounts.holdings import holdings
from accounts.models import ApiKey, AuditEntry, DataExport, Membership, Owned, Tenant, TenantDeletion, User
from accounts.ports import kept_by_law
from accounts.services import exporting, leaving, retention
from billing.models import BalanceTransaction
from config.demo.own import open_demo_shop
from dialogs.enums import DialogStatus
from dialogs.models import Dialog, DialogMessage
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.factories.dialogs import DialogFactory
from tests.races import race

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def shop(settings, tmp_path):
    """A shop with something of almost everything in it, and files in a place of their own."""
    settings.MEDIA_ROOT = tmp_path
    tenant = open_demo_shop(UserFactory(), now())
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=False)
    tenant.refresh_from_db()
    MembershipFactory(tenant=tenant)
    services.issue_api_key(tenant, name="Сайт", scopes=[Scope.ALL], created_by=tenant.owner, at=now())
    return tenant


def rows_of(tenant, spared=frozenset()):
    counts = {}
    for model, path in holdings():
        if model._meta.db_table not in spared and (count := model._base_manager.filter(**{path: tenant}).count()):
            counts[model._meta.db_table] = count
    return counts


def test_every_table_of_tenants_is_known_as_a_holding():
    from django.apps import apps

    owned = {model for model in apps.get_models() if issubclass(model, Owned) and model._meta.managed}

    assert owned - {model for model, _ in holdings()} == set()


def test_an_export_has_every_row_and_file_and_no_secret(
    shop, browser_of, eager_tasks, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        exporting.request_export(shop, by=shop.owner, at=now())

    export = DataExport.objects.get()
    page = browser_of(shop.owner).get(f"/settings/data/exports/{export.uuid}/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(page.streaming_content)))
    messages = archive.read("tables/dialog_messages.jsonl").decode().splitlines()
    (key,) = [json.loads(line) for line in archive.read("tables/api_keys.jsonl").decode().splitlines()]
    assert export.status == ExportStatus.READY
    assert len(messages) == DialogMessage.objects.filter(tenant=shop).count() > 50
    assert (key["name"], "key_hash" in key) == ("Сайт", False)
    assert sum(name.startswith("files/") for name in archive.namelist()) == 12
    assert AuditEntry.objects.filter(action="data.exported").count() == 1


def test_one_export_at_a_time_and_only_for_administrators(shop):
    exporting.request_export(shop, by=shop.owner, at=now())

    with pytest.raises(ExportUnderWay):
        exporting.request_export(shop, by=shop.owner, at=now())
    with pytest.raises(RoleRequired):
        exporting.request_export(shop, by=UserFactory(), at=now())


def test_an_export_of_another_shop_cannot_be_downloaded_nor_one_whose_time_is_over(shop, browser_of):
    exporting.request_export(shop, by=shop.owner, at=now())
    export = DataExport.objects.get()
    exporting.make_export(export.pk, at=now())
    address = f"/settings/data/exports/{export.uuid}/"

    assert browser_of(TenantFactory().owner).get(address).status_code == 404
    exporting.sweep_exports(at=now() + timedelta(days=8))
    export.refresh_from_db()
    assert (export.status, export.path) == (ExportStatus.EXPIRED, "")
    assert browser_of(shop.owner).get(address).status_code == 404


def test_an_export_whose_worker_died_is_made_by_another_and_given_up_in_the_end(shop):
    exporting.request_export(shop, by=shop.owner, at=now())
    DataExport.objects.update(locked_until=now() - WEEK, attempts=2)
    assert exporting.make_export(DataExport.objects.get().pk, at=now())

    DataExport.objects.update(status=ExportStatus.PENDING, locked_until=None, attempts=3)
    exporting.sweep_exports(at=now())
    assert DataExport.objects.get().status == ExportStatus.FAILED


def test_only_the_owner_asks_for_the_end_and_once(shop):
    colleague = MembershipFactory(tenant=shop, role=Role.ADMIN).user

    with pytest.raises(OwnerRequired):
        leaving.request_deletion(shop, by=colleague, at=now())
    leaving.request_deletion(shop, by=shop.owner, at=now())
    with pytest.raises(DeletionAsked):
        leaving.request_deletion(shop, by=shop.owner, at=now())


def test_the_end_can_be_taken_back_and_does_not_come_before_its_day(shop):
    deletion = leaving.request_deletion(shop, by=shop.owner, at=now())
    before = rows_of(shop, {"audit_log", "notifications", "tenant_deletions"})

    assert not leaving.erase(deletion.pk, at=now() + timedelta(days=13))
    assert leaving.cancel_deletion(deletion, by=shop.owner, at=now())
    assert not leaving.cancel_deletion(deletion, by=shop.owner, at=now())
    assert not leaving.erase(deletion.pk, at=now() + timedelta(days=99))

    assert rows_of(shop, {"audit_log", "notifications", "tenant_deletions"}) == before


def test_the_end_erases_everything_but_money_and_nobody_elses(shop, mailoutbox):
    other = TenantFactory()
    DialogFactory(tenant=other)
    others, held, owner = rows_of(other), rows_of(shop, kept_by_law()), shop.owner
    money = BalanceTransaction.objects.filter(tenant=shop).count()
    deletion = leaving.request_deletion(shop, by=owner, at=now())

    assert leaving.erase(deletion.pk, at=now() + timedelta(days=15))

    deletion.refresh_from_db()
    shop.refresh_from_db()
    owner.refresh_from_db()
    assert len(held) > 20
    assert deletion.status == DeletionStatus.DONE
    assert deletion.proof["left"] == {}
    assert deletion.proof["files"] == 12
    assert all(deletion.proof["rows"][table] >= count for table, count in held.items())
    assert set(rows_of(shop)) <= kept_by_law()
    assert BalanceTransaction.objects.filter(tenant=shop).count() == money > 0
    assert rows_of(other) == others
    assert (shop.name, shop.owner, shop.is_active) == ("—", None, False)
    assert (owner.full_name, owner.is_active, owner.email.endswith("@deleted.invalid")) == ("", False, True)
    assert "dialog_messages" in mailoutbox[-1].body
    assert not leaving.erase(deletion.pk, at=now() + timedelta(days=16))


def test_an_interrupted_end_goes_on(shop, monkeypatch):
    deletion = leaving.request_deletion(shop, by=shop.owner, at=now())
    whole = sum(rows_of(shop, kept_by_law()).values())
    tables = iter(range(6))
    delete = leaving._delete_batch

    def breaks(*args):
        if next(tables, None) is None:
            raise KeyboardInterrupt
        return delete(*args)

    monkeypatch.setattr(leaving, "_delete_batch", breaks)
    with pytest.raises(KeyboardInterrupt):
        leaving.erase(deletion.pk, at=now() + timedelta(days=15))
    monkeypatch.setattr(leaving, "_delete_batch", delete)

    assert leaving.erase(deletion.pk, at=now() + timedelta(days=16))
    deletion.refresh_from_db()
    assert sum(deletion.proof["rows"].values()) >= whole


def test_an_owner_with_another_shop_stays_a_person(shop):
    second = services.open_tenant(shop.owner, name="Второй", at=now())
    deletion = leaving.request_deletion(shop, by=shop.owner, at=now())

    leaving.erase(deletion.pk, at=now() + timedelta(days=15))

    assert User.objects.get(pk=second.owner_id).is_active
    assert Membership.objects.filter(tenant=second).count() == 1


def test_an_example_shop_goes_at_once_with_its_money(
    settings, tmp_path, browser_of, eager_tasks, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    owner = TenantFactory().owner
    demo = open_demo_shop(owner, now())

    with django_capture_on_commit_callbacks(execute=True):
        leaving.request_deletion(demo, by=owner, at=now())

    owner.refresh_from_db()
    assert set(rows_of(demo)) == {"tenant_deletions"}
    assert owner.is_active
    assert Tenant.objects.filter(owner=owner).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_erases():
    tenant = TenantFactory()
    deletion = leaving.request_deletion(tenant, by=tenant.owner, at=now())

    outcomes = race(lambda _: leaving.erase(deletion.pk, at=now() + timedelta(days=15)), threads=4)

    assert sorted(outcomes) == [False, False, False, True]


def test_old_conversations_go_with_their_files_and_the_rest_stays(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    tenant = TenantFactory()
    old, under_way, fresh = (DialogFactory(tenant=tenant) for _ in range(3))
    past, closed = now() - timedelta(days=40), {"status": DialogStatus.CLOSED, "closed_at": now()}
    Dialog.objects.filter(pk=old.pk).update(last_message_at=past, **closed)
    Dialog.objects.filter(pk=under_way.pk).update(last_message_at=past)
    Dialog.objects.filter(pk=fresh.pk).update(last_message_at=now(), **closed)
    path = default_storage.save("attachments/x/1", ContentFile(b"receipt"))
    DialogMessage.objects.create(
        tenant=tenant, dialog=old, seq=99, sender="customer", text="", metadata={"attachments": [{"path": path}]}
    )
    retention.change_retention(tenant, by=tenant.owner, dialogs=30, events=None, files=None)

    assert retention.keep_no_longer(at=now()) == {"dialogs": 1}

    assert set(Dialog.objects.of(tenant)) == {under_way, fresh}
    assert not default_storage.exists(path)


def test_old_files_go_and_their_messages_stay(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    tenant = TenantFactory()
    path = default_storage.save("attachments/x/2", ContentFile(b"receipt"))
    message = DialogMessage.objects.create(
        tenant=tenant,
        dialog=DialogFactory(tenant=tenant),
        seq=99,
        sender="customer",
        text="чек",
        metadata={"attachments": [{"path": path, "name": "чек.pdf"}]},
        created_at=now() - timedelta(days=40),
    )
    retention.change_retention(tenant, by=tenant.owner, dialogs=None, events=None, files=30)

    retention.keep_no_longer(at=now())

    message.refresh_from_db()
    assert message.metadata["attachments"] == [{"name": "чек.pdf"}]
    assert not default_storage.exists(path)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_offers_all_of_it(browser_of, language):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)
    browser.cookies["django_language"] = language
    assert browser.get("/settings/data/").status_code == 200

    assert browser.post("/settings/data/delete/", {"name": "другой"}).status_code == 422
    browser.post("/settings/data/delete/", {"name": tenant.name})
    assert TenantDeletion.objects.live().count() == 1
    browser.post("/settings/data/stay/")
    browser.post("/settings/data/keep/", {"dialogs": "90", "events": "", "files": "30"})
    browser.post("/settings/data/export/")

    tenant.refresh_from_db()
    assert (tenant.keep_dialogs_days, tenant.keep_events_days, tenant.keep_files_days) == (90, None, 30)
    assert not TenantDeletion.objects.live().exists()
    assert DataExport.objects.count() == 1
    assert ApiKey.objects.count() == 0
    assert browser.get("/settings/data/").status_code == 200
