"""Backups: a dump and a manifest that says what must be in it."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings

from config.database.facts import Facts, gather
from config.database.sessions import OperationFailed, parameters, run, session

DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"
GROWING: Final = ".growing-"
CHUNK: Final = 1024 * 1024
SPARE: Final = 2  # free space must be this many times the size of the last backup


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One finished backup."""

    path: Path
    created_at: datetime
    database: str
    server: str
    vector: str
    size: int
    sha256: str
    seconds: float
    facts: Facts

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return self.path.name

    @property
    def dump(self) -> Path:
        """Return the dump, in PostgreSQL's custom format."""
        return self.path / DUMP

    def verify(self) -> None:
        """Compare the dump with the manifest.

        Raises:
            OperationFailed: it is missing, cut short or changed.
        """
        if not self.dump.is_file() or self.dump.stat().st_size != self.size or _sha256(self.dump) != self.sha256:
            raise OperationFailed(f"The backup {self.name} is damaged: its dump is not the one its manifest describes.")


def place() -> Path:
    """Return the folder of backups, which only its owner enters."""
    folder: Path = settings.BACKUP_ROOT
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def backups() -> list[Backup]:
    """Return every finished backup, newest first."""
    found = (_read(path) for path in place().iterdir() if path.is_dir() and not path.name.startswith("."))
    return sorted((backup for backup in found if backup), key=lambda backup: backup.created_at, reverse=True)


def find(name: str | None) -> Backup:
    """Return the named backup, or the newest.

    Raises:
        OperationFailed: there is none.
    """
    known = backups()
    for backup in known:
        if name in {None, backup.name, str(backup.path)}:
            return backup
    raise OperationFailed(f"There is no backup {name} in {place()}." if name else f"There is no backup in {place()}.")


def create(*, at: datetime, keep: int) -> Backup:
    """Dump the database with a manifest of the very same snapshot, then drop the oldest backups.

    Raises:
        OperationFailed: the disk is too full or the dump failed; nothing half-made stays.
    """
    folder = place()
    _check_space(folder)
    for abandoned in folder.glob(f"{GROWING}*"):
        if time.time() - abandoned.stat().st_mtime > 24 * 3600:
            shutil.rmtree(abandoned, ignore_errors=True)
    growing = Path(tempfile.mkdtemp(prefix=GROWING, dir=folder))
    try:
        manifest = _dump(growing / DUMP, at=at)
        (growing / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
        for path in (growing / DUMP, growing / MANIFEST, growing):
            _to_disk(path)
        finished = growing.rename(folder / f"{at:%Y-%m-%dT%H-%M-%S-%f}")
        _to_disk(folder)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    for old in backups()[keep:]:
        shutil.rmtree(old.path)
    backup = _read(finished)
    if backup is None:
        raise OperationFailed(f"The backup in {finished} cannot be read back.")
    return backup


def _dump(target: Path, *, at: datetime) -> dict[str, Any]:
    """Dump and count in one snapshot, so that both tell of the same moment."""
    started = time.monotonic()
    with session() as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with opened.transaction():
            (snapshot, server, vector) = opened.execute(
                "SELECT pg_export_snapshot(), current_setting('server_version'), "
                "(SELECT extversion FROM pg_extension WHERE extname = 'vector')"
            ).fetchone() or ("", "", "")
            run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
            facts = gather(opened)
    return {
        "created_at": at.isoformat(),
        "database": parameters()["dbname"],
        "server": server,
        "vector": vector or "",
        "size": target.stat().st_size,
        "sha256": _sha256(target),
        "seconds": round(time.monotonic() - started, 2),
        "facts": asdict(facts),
    }


def _check_space(folder: Path) -> None:
    known = backups()
    free = shutil.disk_usage(folder).free
    if known and free < known[0].size * SPARE:
        raise OperationFailed(f"The disk of {folder} has {free // CHUNK} MB free, too little for another backup.")


def _read(path: Path) -> Backup | None:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        manifest["facts"] = Facts(**manifest["facts"])
        manifest["created_at"] = datetime.fromisoformat(manifest["created_at"])
        return Backup(path=path, **manifest)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not a backup of ours, or not finished


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
