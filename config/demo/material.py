"""Reading the demo shop's content files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CONTENT: Final = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of the shop's knowledge; ``slug`` is its file name without the ending."""

    slug: str
    filename: str
    title: str
    category: str
    importance: int
    body: bytes


def load(name: str) -> Any:
    """Return the parsed JSON file ``name`` of the content folder."""
    return json.loads((CONTENT / f"{name}.json").read_text("utf-8"))


def articles() -> Iterator[Article]:
    """Yield the knowledge articles in order; front matter is taken off, HTML keeps its own."""
    for path in sorted((CONTENT / "knowledge").iterdir()):
        text = path.read_text("utf-8")
        facts: dict[str, str] = {}
        if text.startswith("---\n"):
            header, text = text[4:].split("\n---\n", 1)
            facts = dict(line.split(": ", 1) for line in header.splitlines() if ": " in line)
        title = facts.get("title") or path.stem
        yield Article(
            slug=path.stem,
            filename=path.name,
            title=title.strip("\"'«»") if title[:1] in "\"'" else title,
            category=facts.get("category", ""),
            importance=int(facts.get("importance", "5")),
            body=text.strip().encode(),
        )
