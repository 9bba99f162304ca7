"""Brings database and files up to date: migrations, static files, the demo shop.

Runs as a process of its own (``python -m config.runtime.preparation``), because
it needs Django. What it did is remembered as fingerprints, so that the next
start can skip it; ``/readyz`` would say so if a fingerprint were wrong.
"""

import hashlib
import io
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from config.runtime.folders import BASE_DIR, DataFolder, data_folder, write_private

SKIPPED: Final = {"tests", "docs", "node_modules"}


def fingerprints() -> dict[str, str]:
    """Return what migrations and static files depend on, as digests."""
    packages = _digest([BASE_DIR / "requirements.lock"], content=True)
    return {
        "migrations": packages + _digest(_project("*/migrations/*.py", "config/postgres/*.py"), content=True),
        "static": packages + _digest(_project("*/static/**/*"), content=False),
        "demo": _digest(_project("config/demo/**/*"), content=False),
    }


def remembered(folder: DataFolder) -> dict[str, str]:
    """Return the fingerprints of the last preparation."""
    try:
        found: dict[str, str] = json.loads(folder.prepared.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def is_needed(folder: DataFolder, *, owns_database: bool) -> bool:
    """Say whether something changed; a database that is not ours is always looked at."""
    return not owns_database or remembered(folder) != fingerprints()


def prepare(folder: DataFolder) -> None:
    """Do what has changed since the last time, and remember it."""
    import django  # noqa: PLC0415 -- leaf: the supervisor reads this module without Django

    django.setup()
    now, before = fingerprints(), remembered(folder)
    _migrate()
    if now["static"] != before.get("static"):
        _collect_static()
    if now["demo"] != before.get("demo") or not folder.demo.exists():
        _load_demo(folder)
    write_private(folder.prepared, json.dumps(now))


def _migrate() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- leaf: after django.setup()

    # Locks and long statements are right in a migration, so the limits of a request do not apply.
    call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
    print("The database is migrated.", flush=True)  # noqa: T201 -- the supervisor shows it


def _collect_static() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- leaf: after django.setup()

    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    print("Static files are collected.", flush=True)  # noqa: T201 -- the supervisor shows it


def _load_demo(folder: DataFolder) -> None:
    from django.core.management import call_command, get_commands  # noqa: PLC0415 -- leaf: after django.setup()

    if "demo" not in get_commands() or os.environ.get("OTKLIK_DEMO") == "0":
        return
    words: Any = io.StringIO()
    call_command("demo", json=True, stdout=words)
    write_private(folder.demo, words.getvalue())
    print("The demo shop is open.", flush=True)  # noqa: T201 -- the supervisor shows it


def _project(*patterns: str) -> list[Path]:
    return sorted(
        path
        for pattern in patterns
        for path in BASE_DIR.glob(pattern)
        if path.is_file() and path.relative_to(BASE_DIR).parts[0] not in SKIPPED and "__pycache__" not in path.parts
    )


def _digest(paths: Iterable[Path], *, content: bool) -> str:
    digest = hashlib.sha256()
    for path in paths:
        stamp = path.stat()
        seen = path.read_bytes() if content else f"{stamp.st_size}:{stamp.st_mtime_ns}".encode()
        digest.update(f"{path.relative_to(BASE_DIR)}\0".encode() + seen)
    return digest.hexdigest()[:16]


def main() -> int:
    """Prepare, and say in one sentence what went wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import CommandError  # noqa: PLC0415 -- leaf: only in the process of its own
    from django.db import OperationalError  # noqa: PLC0415 -- leaf: only in the process of its own

    try:
        prepare(data_folder())
    except OperationalError as error:
        print(f"The database cannot be used: {' '.join(str(error).split())}", file=sys.stderr)  # noqa: T201 -- for the supervisor
        return 1
    except CommandError as error:
        print(f"{error}", file=sys.stderr)  # noqa: T201 -- for the supervisor
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
