"""The child process: reads one file from standard input, writes JSON to standard output.

``python -m knowledge.extraction NAME``; Django is not loaded here.
"""

import json
import sys
from importlib import import_module
from typing import IO, Any

from knowledge.extraction import limits
from knowledge.extraction.formats import true_format
from knowledge.extraction.problems import Refused
from knowledge.extraction.sandbox import close_in


def main(filename: str, file: IO[bytes]) -> dict[str, Any]:
    """Return what ``file`` says, or why it cannot be read."""
    try:
        return _read(filename, file)
    except Refused as refusal:
        return {"problem": refusal.code}
    except (MemoryError, RecursionError):
        return {"problem": "memory"}


def _read(filename: str, file: IO[bytes]) -> dict[str, Any]:
    parser = import_module(f"knowledge.extraction.{true_format(filename, file)}")
    close_in()
    extraction = parser.parse(file)
    text = extraction.text
    if not text:
        raise Refused("no_text")
    if len(text) > limits.TEXT_CHARACTERS:
        raise Refused("too_long")
    return {"text": text, "title": extraction.title, "metadata": extraction.metadata}


if __name__ == "__main__":
    answer = main(sys.argv[1], sys.stdin.buffer)
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", errors="replace"))
