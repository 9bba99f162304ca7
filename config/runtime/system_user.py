"""As whom PostgreSQL runs: it refuses root, so root lends it another user."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Final

from config.runtime.refusals import StartRefused

OWN_NAME: Final = "otklik"
FALLBACKS: Final = ("postgres", "nobody")


def lent_user(data: Path) -> pwd.struct_passwd | None:
    """Return the user that must own and run the database in ``data``; none when it is ourselves.

    Raises:
        StartRefused: an ordinary user meets another user's database, or root
            finds no user to lend.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise StartRefused(f"The database in {data} belongs to another user; start as that user, or as root.")
        return None
    if owner:
        return pwd.getpwuid(owner)
    name = os.environ.get("OTKLIK_POSTGRES_USER")
    return _find(name) if name else _find_or_make()


def _find(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError as error:
        raise StartRefused(f"PostgreSQL cannot run as {name!r}: there is no such user.") from error


def _find_or_make() -> pwd.struct_passwd:
    for name in (OWN_NAME, *FALLBACKS):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            if name == OWN_NAME and _make():
                return pwd.getpwnam(name)
    raise StartRefused("PostgreSQL does not run as root, and there is no other user; set OTKLIK_POSTGRES_USER.")


def _make() -> bool:
    """Make a system user that nobody can log in as."""
    attempts = (
        ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_NAME),
        ("adduser", "-S", "-D", "-H", OWN_NAME),
    )
    for command in attempts:
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 -- fixed words
            return done.returncode == 0
    return False


def can_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Say whether ``user`` can pass through the folder ``path``."""
    return _succeeds('cd "$1"', path, user)


def can_run(program: Path, user: pwd.struct_passwd) -> bool:
    """Say whether ``user`` can read and run ``program``."""
    return _succeeds('test -r "$1" && test -x "$1"', program, user)


def _succeeds(test: str, path: Path, user: pwd.struct_passwd) -> bool:
    shell = ("/bin/sh", "-c", test, "sh", str(path))
    done = subprocess.run(  # noqa: S603 -- fixed words
        shell, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
    )
    return done.returncode == 0
