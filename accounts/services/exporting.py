"""A shop takes its data away: one archive of tables and files, made by a worker, kept for some days."""

import json
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from io import TextIOWrapper
from typing import Any, Final

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import tasks
from accounts.enums import ExportStatus, Role, SettingCategory, Topic
from accounts.errors import ExportUnderWay
from accounts.holdings import columns_of, holdings
from accounts.models import DataExport, Tenant, User
from accounts.ports import files_of
from accounts.services.access import require_role
from accounts.services.audit import record
from accounts.services.notifying import notify
from accounts.services.system import setting

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=30)
MOST_ATTEMPTS: Final = 3
CHUNK: Final = 500
PIECE: Final = 256 * 1024


@transaction.atomic
def request_export(tenant: Tenant, *, by: User, at: datetime) -> DataExport:
    """Ask for an archive of everything the shop has here.

    Raises:
        RoleRequired: ``by`` is no administrator.
        ExportUnderWay: one is being made.
    """
    require_role(by, tenant, Role.ADMIN)
    try:
        with transaction.atomic():
            export = DataExport.objects.create(tenant=tenant, requested_by=by, created_at=at)
    except IntegrityError as error:
        raise ExportUnderWay from error
    record("data.export_requested", tenant=tenant, by=by, target=export)
    transaction.on_commit(partial(tasks.make_export.delay, export_id=export.pk), robust=True)
    return export


def make_export(export_id: int, *, at: datetime) -> bool:
    """Put the archive together and tell who asked; of two workers one does. Say whether this one did."""
    export = _claim(export_id, at=at)
    if export is None:
        return False
    with tempfile.TemporaryFile() as file:
        counts = _write(export.tenant, file)
        size = file.tell()
        file.seek(0)
        path = default_storage.save(f"exports/{export.tenant.uuid}/{export.uuid}.zip", File(file))
    _finish(export, path=path, size=size, counts=counts, at=at)
    return True


def sweep_exports(*, at: datetime) -> int:
    """Find exports that nobody makes, give up those that fail, forget those whose time is over; return how many."""
    DataExport.objects.due(at=at).filter(attempts__gte=MOST_ATTEMPTS).update(status=ExportStatus.FAILED)
    due = list(DataExport.objects.due(at=at).values_list("pk", flat=True)[:CHUNK])
    for key in due:
        tasks.make_export.delay(export_id=key)
    for export in DataExport.objects.filter(status=ExportStatus.READY, expires_at__lte=at)[:CHUNK]:
        default_storage.delete(export.path)
        DataExport.objects.filter(pk=export.pk).update(status=ExportStatus.EXPIRED, path="")
    return len(due)


def _claim(export_id: int, *, at: datetime) -> DataExport | None:
    free = DataExport.objects.due(at=at).filter(pk=export_id, attempts__lt=MOST_ATTEMPTS)
    attempts = DataExport.objects.filter(pk=export_id).values_list("attempts", flat=True).first() or 0
    if not free.filter(attempts=attempts).update(locked_until=at + LEASE, attempts=attempts + 1):
        return None
    return DataExport.objects.select_related("tenant", "requested_by").get(pk=export_id)


@transaction.atomic
def _finish(export: DataExport, *, path: str, size: int, counts: dict[str, int], at: datetime) -> None:
    expires_at = at + timedelta(days=setting(SettingCategory.LIMITS, "export_days"))
    held = DataExport.objects.filter(pk=export.pk, status=ExportStatus.PENDING, locked_until=export.locked_until)
    changes: dict[str, Any] = {"path": path, "size": size, "rows": counts, "expires_at": expires_at}
    if not held.update(status=ExportStatus.READY, locked_until=None, **changes):
        default_storage.delete(path)  # another worker was given it meanwhile
        return
    notify(
        export.tenant,
        topic=Topic.TEAM,
        title=_("The export of your data is ready"),
        text=_("The archive can be downloaded on the page “Data”, by administrators of the shop only."),
        url="/settings/data/",
        key=f"export:{export.uuid}",
        at=at,
        to=[export.requested_by],
    )


def _write(tenant: Tenant, file: Any) -> dict[str, int]:
    """Write every table as JSON lines, and the files; return how many rows each table has."""
    counts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        facts = {name: getattr(tenant, name) for name in columns_of(Tenant)}
        archive.writestr("shop.json", json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        for model, path in holdings():
            rows = model._base_manager.filter(**{path: tenant}).order_by("pk").values(*columns_of(model))
            counts[model._meta.db_table] = _write_rows(archive, model._meta.db_table, rows)
        for name in files_of(tenant):
            _write_file(archive, name)
    return counts


def _write_rows(archive: zipfile.ZipFile, table: str, rows: Any) -> int:
    count = 0
    with archive.open(f"tables/{table}.jsonl", "w", force_zip64=True) as raw, TextIOWrapper(raw, "utf-8") as out:
        for row in rows.iterator(chunk_size=CHUNK):
            out.write(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_file(archive: zipfile.ZipFile, name: str) -> None:
    try:
        with default_storage.open(name) as source, archive.open(f"files/{name}", "w", force_zip64=True) as out:
            for piece in _pieces(source):
                out.write(piece)
    except FileNotFoundError:
        log.warning("export_file_missing", file=name)


def _pieces(source: Any) -> Iterable[bytes]:
    while piece := source.read(PIECE):
        yield piece
