"""A shop leaves for good: asked for, can be taken back for some days, then erased with proof."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts import letters, tasks
from accounts.enums import DeletionStatus, Role, SettingCategory, Topic, UserStatus
from accounts.errors import DeletionAsked, OwnerRequired
from accounts.holdings import holdings
from accounts.models import Membership, Tenant, TenantDeletion, User
from accounts.ports import files_of, kept_by_law
from accounts.services.access import require_role
from accounts.services.audit import record
from accounts.services.notifying import notify
from accounts.services.system import setting
from accounts.signals import user_blocked

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=10)
BATCH: Final = 2_000


@transaction.atomic
def request_deletion(tenant: Tenant, *, by: User, at: datetime, reason: str = "") -> TenantDeletion:
    """Ask for the end of a shop; it can be taken back until its day. Example shops go at once.

    Raises:
        OwnerRequired: ``by`` does not own the shop.
        DeletionAsked: somebody has asked already.
    """
    if tenant.owner_id != by.pk:
        raise OwnerRequired
    days = 0 if tenant.is_demo else setting(SettingCategory.LIMITS, "deletion_days")
    due_at = at + timedelta(days=days)
    try:
        with transaction.atomic():
            deletion = TenantDeletion.objects.create(tenant=tenant, requested_by=by, reason=reason, due_at=due_at)
    except IntegrityError as error:
        raise DeletionAsked from error
    record("data.deletion_requested", tenant=tenant, by=by, target=deletion, after={"due": due_at})
    if days:
        _tell(deletion, _("Your shop will be deleted"), at=at)
    else:
        transaction.on_commit(partial(tasks.erase_tenant.delay, deletion_id=deletion.pk), robust=True)
    return deletion


@transaction.atomic
def cancel_deletion(deletion: TenantDeletion, *, by: User, at: datetime) -> bool:
    """Take the end of a shop back; say whether it was in time.

    Raises:
        RoleRequired: ``by`` is no administrator.
    """
    require_role(by, deletion.tenant, Role.ADMIN)
    asked = TenantDeletion.objects.filter(pk=deletion.pk, status=DeletionStatus.REQUESTED)
    if not asked.update(status=DeletionStatus.CANCELLED, cancelled_at=at):
        return False
    record("data.deletion_cancelled", tenant=deletion.tenant, by=by, target=deletion)
    _tell(deletion, _("Your shop stays"), at=at)
    return True


def erase(deletion_id: int, *, at: datetime) -> bool:
    """Erase a shop whose day has come, and keep the proof; of two workers one does. Say whether this one did.

    It may be interrupted anywhere and begun again: what is gone is gone, and
    the counts add up.
    """
    free = TenantDeletion.objects.due(at=at).filter(pk=deletion_id)
    if not free.update(status=DeletionStatus.ERASING, locked_until=at + LEASE):
        return False
    deletion = TenantDeletion.objects.select_related("tenant", "requested_by").get(pk=deletion_id)
    tenant, person = deletion.tenant, deletion.requested_by
    Tenant.objects.filter(pk=tenant.pk).update(is_active=False)
    spared = frozenset({"tenant_deletions"}) if tenant.is_demo else kept_by_law()
    proof: dict[str, Any] = {"rows": dict(deletion.proof.get("rows", {})), "files": deletion.proof.get("files", 0)}
    proof["files"] += _erase_files(tenant)
    _erase_rows(tenant, proof["rows"], spared=spared, keep=partial(_keep_proof, deletion, proof))
    proof["kept"] = {table: count for table, count in _count(tenant, only=spared).items() if count}
    proof["left"] = {table: count for table, count in _count(tenant, spared=spared).items() if count}
    if proof["left"]:
        _keep_proof(deletion, proof)
        log.error("tenant_not_erased", tenant=tenant.pk, left=proof["left"])
        return False
    to, language, name = person.email, person.language_code, tenant.name
    _finish(deletion, proof, at=at)
    if not tenant.is_demo:
        letters.send("erased", to=to, language=language, shop=name, proof=proof, at=at)
    return True


def sweep_deletions(*, at: datetime) -> int:
    """Find shops whose day has come and that nobody erases; return how many."""
    due = list(TenantDeletion.objects.due(at=at).order_by("due_at").values_list("pk", flat=True)[:100])
    for key in due:
        tasks.erase_tenant.delay(deletion_id=key)
    return len(due)


def _erase_files(tenant: Tenant) -> int:
    count = 0
    for name in files_of(tenant):
        if default_storage.exists(name):
            default_storage.delete(name)
            count += 1
    return count


def _erase_rows(tenant: Tenant, counts: dict[str, int], *, spared: frozenset[str], keep: Any) -> None:
    """Delete table by table, batch by batch; a table others still point to comes again later."""
    waiting = [(model, path) for model, path in holdings() if model._meta.db_table not in spared]
    for _round in range(len(waiting)):
        left = []
        for model, path in waiting:
            try:
                while gone := _delete_batch(model, path, tenant):
                    counts[model._meta.db_table] = counts.get(model._meta.db_table, 0) + gone
                    keep()
            except IntegrityError:
                left.append((model, path))
        if not left or len(left) == len(waiting):
            return
        waiting = left


@transaction.atomic
def _delete_batch(model: Any, path: str, tenant: Tenant) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL otklik.erase = 'on'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    keys = list(model._base_manager.filter(**{path: tenant}).order_by().values_list("pk", flat=True)[:BATCH])
    if keys:
        key, table = connection.ops.quote_name(model._meta.pk.column), connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [keys])  # noqa: S608 -- names of models
    return len(keys)


def _count(
    tenant: Tenant, *, only: frozenset[str] | None = None, spared: frozenset[str] = frozenset()
) -> dict[str, int]:
    return {
        model._meta.db_table: model._base_manager.filter(**{path: tenant}).count()
        for model, path in holdings()
        if (only is None or model._meta.db_table in only) and model._meta.db_table not in spared
    }


def _keep_proof(deletion: TenantDeletion, proof: dict[str, Any]) -> None:
    TenantDeletion.objects.filter(pk=deletion.pk).update(proof=proof)


@transaction.atomic
def _finish(deletion: TenantDeletion, proof: dict[str, Any], *, at: datetime) -> None:
    """Leave of the shop a nameless row that money hangs on, and of its owner nothing if they had no other."""
    tenant, person = deletion.tenant, deletion.requested_by
    blank = {"name": "—", "slug": f"deleted-{tenant.uuid.hex[:20]}", "owner": None, "website": "", "goal": ""}
    Tenant.objects.filter(pk=tenant.pk).update(**blank)
    proof["checked_at"] = at.isoformat()
    if not tenant.is_demo and not Membership.objects.filter(user=person).exists():
        forget_person(person)
        proof["person"] = "erased"
    done = {"status": DeletionStatus.DONE, "finished_at": at, "locked_until": None, "reason": "", "proof": proof}
    TenantDeletion.objects.filter(pk=deletion.pk).update(**done)
    record("data.erased", tenant=None, by=None, target=deletion, after={"rows": sum(proof["rows"].values())})


def forget_person(user: User) -> None:
    """Take everything from a person's row that says who they were; what they did stays, by nobody."""
    User.objects.filter(pk=user.pk).update(
        email=f"deleted-{user.uuid.hex}@deleted.invalid",
        password="!",  # noqa: S106 -- no password opens it
        full_name="",
        phone="",
        yandex_id=None,
        status=UserStatus.BLOCKED,
        metadata={},
        last_login=None,
        last_activity=None,
    )
    for name in ("emailaddress_set", "authenticator_set", "socialaccount_set"):
        getattr(user, name).all().delete()
    transaction.on_commit(partial(user_blocked.send, sender=User, user=user))


def _tell(deletion: TenantDeletion, title: Any, *, at: datetime) -> None:
    notify(
        deletion.tenant,
        topic=Topic.TEAM,
        title=title,
        text=_("The page “Data” says when, and lets administrators take it back."),
        url="/settings/data/",
        key=f"deletion:{deletion.uuid}:{deletion.status}:{at.isoformat()}",
        at=at,
    )
