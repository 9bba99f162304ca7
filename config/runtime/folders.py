"""The data folder: what lies where, and the lock that says somebody runs it."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from config.runtime.refusals import StartRefused

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET_FOLDER: Final = 80  # of the 107 bytes (104 on macOS) that a socket's whole name may have
MEGABYTE: Final = 1024 * 1024
KEPT_LOG_BYTES: Final = 5 * MEGABYTE
NEEDED_MEGABYTES: Final = 300


class DataFolder:
    """Everything the system keeps on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.secrets = path / "secrets.env"
        self.addresses = path / "runtime.env"
        self.prepared = path / "prepared.json"
        self.demo = path / "demo.json"
        self.redis = path / "redis"
        self.postgres = path / "postgres"
        self.logs = path / "logs"
        self.lock = path / "up.lock"

    def open(self) -> None:
        """Create what is missing.

        Raises:
            StartRefused: the folder cannot be written, or the disk is full.
        """
        try:
            if not self.path.exists():
                # as root, the database runs as another user, who must be able to pass
                self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True)
            for private in (self.logs, self.redis, self.path / "media", self.path / "backups"):
                private.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise StartRefused(
                f"The data folder {self.path} cannot be written ({error.strerror}); "
                "set OTKLIK_DATA to a folder of yours."
            ) from error
        self._check_space()

    def _check_space(self) -> None:
        needed = int(os.environ.get("OTKLIK_MIN_FREE_MB") or NEEDED_MEGABYTES)
        free = shutil.disk_usage(self.path).free // MEGABYTE
        if free < needed:
            raise StartRefused(
                f"The disk is full: {free} MB are free where {self.path} lies, at least {needed} MB are needed."
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, so that one stack at a time uses it; the lock ends with the process.

        Raises:
            StartRefused: another process holds it.
        """
        with self.lock.open("a+") as handle:
            if not _take(handle):
                handle.seek(0)
                holder = handle.read().strip() or "another process"
                raise StartRefused(
                    f"The data folder {self.path} is in use by {holder}; stop that one, or set OTKLIK_DATA and PORT."
                )
            handle.truncate(0)
            handle.write(f"process {os.getpid()}")
            handle.flush()
            yield

    def log(self, name: str) -> IO[bytes]:
        """Open the log of one process for appending; what grew too long moves aside once."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > KEPT_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab", buffering=0)


def _take(handle: IO[str]) -> bool:
    """Lock a file; try for a second, because commands that look whether it is held hold it for an instant."""
    for _ in range(20):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def data_folder() -> DataFolder:
    """Return the folder named by ``OTKLIK_DATA``, else ``.otklik`` in the checkout."""
    return DataFolder(Path(os.environ.get("OTKLIK_DATA") or BASE_DIR / ".otklik").resolve())


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; nobody else may read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def write_environment(path: Path, variables: Mapping[str, str]) -> None:
    """Write ``NAME=value`` lines that only the owner can read."""
    write_private(path, "".join(f"{name}={value}\n" for name, value in variables.items()))


def read_environment(path: Path) -> dict[str, str]:
    """Read ``NAME=value`` lines; a missing file has none."""
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return dict(pairs)


def short_private_folder() -> Path:
    """Make a folder for sockets: short, ours alone, and never one that somebody prepared for us."""
    candidates = (tempfile.gettempdir(), "/tmp", os.environ.get("XDG_RUNTIME_DIR", ""))  # noqa: S108 -- mkdtemp below
    for parent in candidates:
        if parent and len(parent.encode()) <= LONGEST_SOCKET_FOLDER - 20 and os.access(parent, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix="otklik-", dir=parent))
    raise StartRefused("No short temporary folder can be written; set TMPDIR to one.")
