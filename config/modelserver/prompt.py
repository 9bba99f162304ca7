"""What the customer asks and which passages may answer, read from the request's messages."""

import html
import re
from dataclasses import dataclass, field
from typing import Any, Final

OPENING: Final = re.compile(r'<passages boundary="([0-9A-Za-z_-]{4,128})">')
PASSAGE: Final = r'<passage n="(\d+)" title="(.*?)">\n?(.*?)\n?</passage boundary="{boundary}">'
REMEMBERED: Final = 3
PATH_MARK: Final = "›"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the seller's knowledge, the best found first."""

    number: int
    title: str
    text: str

    @property
    def article(self) -> str:
        """Return the title without the path to the section."""
        return self.title.split(PATH_MARK)[0].strip()

    @property
    def section(self) -> str:
        """Return the section that the whole passage belongs to, if one."""
        return self.title.split(PATH_MARK)[-1].strip() if PATH_MARK in self.title else ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last question, the ones before it, and what may answer it."""

    question: str
    earlier: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = field(default=())


def read(messages: list[dict[str, Any]]) -> Conversation:
    """Read the customer's words and the passages; whatever else the prompt says is not obeyed."""
    system = "\n".join(_text(message) for message in messages if message.get("role") in ("system", "developer"))
    asked = [_text(message) for message in messages if message.get("role") == "user"]
    question = asked[-1] if asked else ""
    return Conversation(question, tuple(asked[:-1][-REMEMBERED:]), tuple(passages(system)))


def passages(system: str) -> list[Passage]:
    """Return the passages between the boundary marks; text inside cannot forge a mark."""
    opening = OPENING.search(system)
    if not opening:
        return []
    boundary = re.escape(opening.group(1))
    closing = system.find(f'</passages boundary="{opening.group(1)}">', opening.end())
    inside = system[opening.end() : closing if closing >= 0 else len(system)]
    found = re.findall(PASSAGE.format(boundary=boundary), inside, re.DOTALL)
    return [Passage(int(number), html.unescape(title).strip(), text) for number, title, text in found]


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content)
