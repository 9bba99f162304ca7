"""What the person sees: progress while starting, then one prefixed line per event."""

import os
import re
import sys
import time
from datetime import datetime
from typing import Final, TextIO

from config.runtime.refusals import StopRequested

WIDTH: Final = 10
COLOURS: Final = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
# Customers' words end up in logs; a terminal must not obey them.
UNSAFE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")

MOMENT: Final = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (?:\[(\w+) *\] )?")


class Console:
    """Writes to the terminal, or to whatever stands in for one."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.is_coloured = self.stream.isatty() and "NO_COLOR" not in os.environ
        self.names: list[str] = []
        self.started_at = time.monotonic()

    def line(self, name: str, text: str) -> None:
        """Print one line of a process's log behind its name."""
        if name not in self.names:
            self.names.append(name)
        prefix = self._paint(f"{name[:WIDTH]:<{WIDTH}} │", COLOURS[self.names.index(name) % len(COLOURS)])
        self._write(f"{prefix} {MOMENT.sub(_time_of_day, UNSAFE.sub('', text), count=1)}\n")

    def step(self, text: str) -> None:
        """Say what has just been done while starting."""
        seconds = f"{time.monotonic() - self.started_at:5.1f} s"
        self._write(f"{self._paint(seconds, 90)}  {text}\n")

    def say(self, text: str) -> None:
        """Print words of our own."""
        self._write(f"{text}\n")

    def problem(self, text: str) -> None:
        """Say in one sentence why it does not go on."""
        self._write(f"{self._paint('✗', 31)} {text}\n")

    def _paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.is_coloured else text

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except UnicodeEncodeError:
            self.stream.write(text.encode("ascii", "replace").decode())
        except (OSError, ValueError) as error:  # the terminal is gone
            self.stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 -- for the rest of our life
            raise StopRequested("the terminal is gone") from error


def _time_of_day(found: re.Match[str]) -> str:
    """Shorten the moment and level of a structured line to what a person wants to see."""
    moment = datetime.fromisoformat(found[0].split(" ", 1)[0]).astimezone()
    level = f"{found[1]}: " if found[1] not in {None, "info"} else ""
    return f"{moment:%H:%M:%S} {level}"
