"""The shops of the sandbox, and what sellers did to them, kept in a file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from config.wbsandbox.answers import Answer
from config.wbsandbox.catalogue import Catalogue
from config.wbsandbox.chats import Chats
from config.wbsandbox.clock import Clock
from config.wbsandbox.questions import Questions
from config.wbsandbox.reviews import DAY, Reviews
from config.wbsandbox.tokens import DEMO_SID, SECOND_SID

CONTENT: Final = Path(__file__).resolve().parent.parent / "demo" / "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a shop holds beyond what the demo shop's own files say."""

    products: int = 320
    reviews: int = 40_000
    questions: int = 900
    chats: int = 420


SMALL: Final = Size(products=40, reviews=600, questions=40, chats=30)


@dataclass(slots=True)
class Shop:
    """One seller."""

    sid: str
    name: str
    anchor: float
    size: Size = field(default_factory=Size)
    knows_demo: bool = True
    catalogue: Catalogue = field(init=False)
    reviews: Reviews = field(init=False)
    questions: Questions = field(init=False)
    chats: Chats = field(init=False)

    def __post_init__(self) -> None:
        known = {
            name: _content(name) if self.knows_demo else [] for name in ("products", "reviews", "questions", "chats")
        }
        opened_at, size = self.anchor - 1000 * DAY, self.size
        self.catalogue = Catalogue(self.sid, known=known["products"], size=size.products, opened_at=opened_at)
        parts = (self.sid, self.catalogue)
        self.reviews = Reviews(*parts, known=known["reviews"], size=size.reviews, anchor=self.anchor)
        self.questions = Questions(*parts, known=known["questions"], size=size.questions, anchor=self.anchor)
        self.chats = Chats(*parts, known=known["chats"], size=size.chats, anchor=self.anchor)

    def advance(self, now: float) -> None:
        """Let happen what would have happened since."""
        for part in (self.reviews, self.questions, self.chats):
            part.advance(now)


class Market:
    """All shops; what was written to them survives a restart when ``state`` names a file."""

    def __init__(self, clock: Clock, *, state: Path | None = None, sizes: dict[str, Size] | None = None) -> None:
        self.clock, self._state = clock, state
        lines = state.read_text("utf-8").splitlines() if state and state.is_file() else []
        kept = [json.loads(line) for line in lines if line.endswith("}")]
        anchor = kept[0]["anchor"] if kept else clock()
        chosen = sizes or {DEMO_SID: Size(), SECOND_SID: SMALL}
        names = {DEMO_SID: "ООО «Лён и Клевер»", SECOND_SID: "ИП Сандалова"}
        self.shops = {
            sid: Shop(sid, names.get(sid, "ИП Песочница"), anchor, size, knows_demo=sid != SECOND_SID)
            for sid, size in chosen.items()
        }
        if state and not kept:
            self._keep({"anchor": anchor})
        for entry in kept[1:]:
            self._apply(self.shops[entry["sid"]], entry["what"], entry["with"], now=entry["at"])

    def write(self, shop: Shop, what: str, **given: Any) -> Any:
        """Do what a seller asks, and remember it; return what came of it."""
        now = self.clock()
        result = self._apply(shop, what, given, now=now)
        self._keep({"at": now, "sid": shop.sid, "what": what, "with": given})
        return result

    def _apply(self, shop: Shop, what: str, given: dict[str, Any], *, now: float) -> Any:
        shop.advance(now)
        if what == "answer":
            edited = shop.reviews.posted.get(given["id"])
            shop.reviews.posted[given["id"]] = Answer(given["text"], now, was_edited=edited is not None)
            return None
        if what == "question":
            return shop.questions.patch(given["body"], now=now)
        return shop.chats.receive(given["sign"], given["text"], given["files"], now=now)

    def _keep(self, entry: dict[str, Any]) -> None:
        if self._state:
            with self._state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _content(name: str) -> list[dict[str, Any]]:
    path = CONTENT / f"{name}.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return rows
