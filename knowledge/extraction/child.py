"""Runs the child process and outlives whatever happens to it."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from knowledge.extraction import limits
from knowledge.extraction.problems import Refused

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PIECE: Final = 64 * 1024
ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file as markdown, and what the file says about itself."""

    text: str
    title: str
    metadata: dict[str, str] = field(default_factory=dict)


def extract(file: IO[bytes], *, filename: str, wall_seconds: float = limits.WALL_SECONDS) -> Extracted:
    """Read ``file``, which has a file descriptor, in a child process.

    Raises:
        Refused: the file cannot be read, and why.
    """
    return _interpret(*run("knowledge.extraction", filename, file=file, wall_seconds=wall_seconds))


def run(module: str, *arguments: str, file: IO[bytes], wall_seconds: float = limits.WALL_SECONDS) -> tuple[bytes, int]:
    """Give ``file`` to a module of ours in a child process; return what it wrote and its exit code.

    The module closes itself in (``sandbox.close_in``) before it looks at the file.

    Raises:
        Refused: it took too long or wrote too much.
    """
    command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        command,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=ENVIRONMENT,
        start_new_session=True,
    ) as child:
        try:
            output = _read(child, deadline=time.monotonic() + wall_seconds)
            return output, child.wait(timeout=wall_seconds)
        except subprocess.TimeoutExpired as error:
            raise Refused("timeout") from error
        finally:
            _end(child)


def _read(child: "subprocess.Popen[bytes]", *, deadline: float) -> bytes:
    """Read the answer until it ends, is too long, or the time is over."""
    stream = child.stdout
    if stream is None:
        raise Refused("crashed")
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if not selector.select(timeout=max(deadline - time.monotonic(), 0)):
                raise Refused("timeout")
            piece = os.read(stream.fileno(), PIECE)
            if not piece:
                return bytes(output)
            output += piece
            if len(output) > limits.OUTPUT_BYTES:
                raise Refused("too_long")


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _interpret(output: bytes, code: int) -> Extracted:
    if code == -signal.SIGXCPU:
        raise Refused("timeout")
    if code:
        raise Refused("crashed")
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise Refused("crashed") from error
    if problem := answer.get("problem"):
        raise Refused(problem)
    return Extracted(text=answer["text"], title=answer["title"], metadata=answer["metadata"])
