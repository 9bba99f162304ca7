"""The questions of a shop."""

from typing import Any, Final

from config.wbsandbox import words
from config.wbsandbox.answers import FORBIDDEN, Answer
from config.wbsandbox.catalogue import Catalogue
from config.wbsandbox.chance import Chance, code
from config.wbsandbox.clock import written
from config.wbsandbox.reviews import DAY, details

SPAN: Final = 300 * DAY
ARRIVES_EVERY: Final = 2400.0
NEW, ANSWERED, REJECTED = "suppliersPortalSynch", "wbRu", "none"


class Questions:
    """Questions, oldest first."""

    def __init__(
        self, seed: str, catalogue: Catalogue, *, known: list[dict[str, Any]], size: int, anchor: float
    ) -> None:
        self.seed, self.catalogue, self.anchor = seed, catalogue, anchor
        self.rows: list[dict[str, Any]] = []
        self.posted: dict[str, Answer] = {}
        self.hidden: set[str] = set()
        for number, row in enumerate(known, start=1):
            self._add(
                f"demo-question-{number}", row["text"], anchor - row["days_ago"] * DAY, row["nm_id"], row["answer"]
            )
        for number in range(size):
            self._invent(number, anchor - SPAN + SPAN * (number + 0.5) / size)
        self.rows.sort(key=lambda row: row["at"])
        self.by_id = {row["id"]: row for row in self.rows}
        self._arrived = 0

    def _invent(self, number: int, moment: float) -> None:
        chance = Chance(self.seed, "question", number)
        old = self.anchor - moment > 2 * DAY
        answer = chance.one_of(words.QUESTION_ANSWERS) if old and chance.happens(95) else None
        text, product = chance.one_of(words.QUESTIONS), chance.one_of(self.catalogue.numbers)
        self._add(code(self.seed, "question", number), text, moment, product, answer)

    def _add(self, wb_id: str, text: str, moment: float, number: int, answer: str | None) -> None:
        kept = Answer(answer, moment + 0.1 * DAY) if answer else None
        self.rows.append(
            {
                "id": wb_id,
                "text": text,
                "at": moment,
                "nm": number,
                "answer": kept,
                "viewed": bool(answer),
                "state": ANSWERED if answer else NEW,
            }
        )

    def advance(self, now: float) -> None:
        """Let the questions arrive that were asked since."""
        while (moment := self.anchor + (self._arrived + 1) * ARRIVES_EVERY) <= now:
            self._arrived += 1
            self._invent(1_000_000 + self._arrived, moment)
            self.by_id[self.rows[-1]["id"]] = self.rows[-1]

    def listed(
        self, *, is_answered: bool, nm_id: int | None, since: float | None, until: float | None
    ) -> list[dict[str, Any]]:
        """Return the questions a list wants, oldest first."""
        return [
            row
            for row in self.rows
            if (row["state"] != NEW) == is_answered
            and row["id"] not in self.hidden
            and (not nm_id or row["nm"] == nm_id)
            and (since is None or row["at"] >= since)
            and (until is None or row["at"] <= until)
        ]

    def patch(self, body: dict[str, Any], *, now: float) -> str | None:
        """Answer, reject or mark a question; return why not."""
        row = self.by_id.get(str(body.get("id", "")))
        if row is None:
            return "Не найден вопрос"
        if "answer" not in body:
            row["viewed"] = bool(body.get("wasViewed"))
            return None
        text, before = str((body["answer"] or {}).get("text", "")), row["answer"]
        if body.get("state") == ANSWERED and before and not before.is_editable(now):
            return "Ответ нельзя изменить"
        if body.get("state") == ANSWERED and FORBIDDEN.search(text):
            return "Ответ содержит недопустимые данные"
        row["answer"] = Answer(text, now, was_edited=before is not None)
        row["state"], row["viewed"] = body.get("state", ANSWERED), True
        return None

    def as_json(self, row: dict[str, Any], *, now: float) -> dict[str, Any]:
        """Return a question as the API gives it."""
        answer: Answer | None = row["answer"]
        shown = answer and {
            "text": answer.text,
            "editable": answer.is_editable(now),
            "createDate": written(answer.at),
        }
        return {
            "id": row["id"],
            "text": row["text"],
            "createdDate": written(row["at"]),
            "state": row["state"],
            "answer": shown,
            "productDetails": details(self.catalogue.by_number[row["nm"]]),
            "wasViewed": row["viewed"],
            "isWarned": False,
        }
