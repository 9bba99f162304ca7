"""Tens of thousands of reviews, each made when it is asked for."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from config.wbsandbox import words
from config.wbsandbox.answers import Answer
from config.wbsandbox.catalogue import Catalogue
from config.wbsandbox.chance import ALPHABET, Chance, code
from config.wbsandbox.clock import written

DAY: Final = 86_400.0
SPAN: Final = 900 * DAY
ARCHIVED_AFTER: Final = 30 * DAY
ARRIVES_EVERY: Final = 420.0
LATE_AT_MOST: Final = 7200
ID_DIGITS: Final = 6
STARS: Final = (5,) * 79 + (4,) * 8 + (3,) * 5 + (2,) * 3 + (1,) * 5
HAS_TEXT, HAS_PHOTO, ANSWERED = 1, 2, 4
ALWAYS: Final = {
    "video": None,
    "matchingSize": "",
    "isAbleSupplierFeedbackValuation": False,
    "supplierFeedbackValuation": 0,
    "isAbleSupplierProductValuation": False,
    "supplierProductValuation": 0,
    "returnProductOrdersDate": None,
    "color": "",
    "parentFeedbackId": None,
    "childFeedbackId": None,
}


class Window(NamedTuple):
    """Which reviews a list wants."""

    is_archive: bool = False
    is_answered: bool | None = None
    nm_id: int | None = None
    since: float | None = None
    until: float | None = None


class Reviews:
    """The reviews of a shop, oldest first; a review's number is its place."""

    def __init__(
        self, seed: str, catalogue: Catalogue, *, known: list[dict[str, Any]], size: int, anchor: float
    ) -> None:
        self.seed, self.catalogue, self.anchor = seed, catalogue, anchor
        self.created, self.numbers, self.marks = array("d"), array("q"), bytearray()
        self.known: dict[int, dict[str, Any]] = {}
        self.places: dict[str, int] = {}
        self.posted: dict[str, Answer] = {}
        self.hidden: set[str] = set()
        self._fill(known, size)

    def _fill(self, known: list[dict[str, Any]], size: int) -> None:
        own = [(self.anchor - row["days_ago"] * DAY, number, row) for number, row in enumerate(known, start=1)]
        step = SPAN / max(size, 1)
        made: list[tuple[float, int, Any]] = [(self.anchor - SPAN + step * (n + 0.5), n, None) for n in range(size)]
        for moment, number, row in sorted([*own, *made], key=lambda item: item[:2]):
            if row is None:
                self._append(moment)
                continue
            place = len(self.created)
            wb_id = f"demo-review-{number}"
            self.known[place], self.places[wb_id] = {**row, "id": wb_id}, place
            self._append(moment, row)

    def _append(self, moment: float, row: dict[str, Any] | None = None) -> None:
        place = len(self.created)
        chance = Chance(self.seed, "review", place)
        if row:
            marks = (
                HAS_TEXT * bool(row["text"]) + HAS_PHOTO * bool(row.get("has_photo")) + ANSWERED * bool(row["answer"])
            )
            number = row["nm_id"]
        else:
            draw = chance.below(1000)
            number = self.catalogue.numbers[draw * draw % len(self.catalogue.numbers)]
            has_text, has_photo = chance.happens(64), chance.happens(12)
            age = self.anchor - moment
            marks = HAS_TEXT * has_text + HAS_PHOTO * has_photo
            marks += ANSWERED * (age > 2 * DAY and chance.happens(92 if has_text else 35))
        self.created.append(moment)
        self.numbers.append(number)
        self.marks.append(marks)

    def advance(self, now: float) -> None:
        """Let the reviews arrive that were written since."""
        while (following := max(self.created[-1] if self.created else 0.0, self.anchor) + ARRIVES_EVERY) <= now:
            self._append(following)

    def identifier(self, place: int) -> str:
        """Return the id of a review."""
        if row := self.known.get(place):
            return str(row["id"])
        digits, rest = "", place
        for _ in range(ID_DIGITS):
            rest, digit = divmod(rest, 62)
            digits = ALPHABET[digit] + digits
        return code(self.seed, "id", place, length=14) + digits

    def place_of(self, wb_id: str) -> int | None:
        """Return which review has an id."""
        if wb_id in self.places:
            return self.places[wb_id]
        place = 0
        for letter in wb_id[-ID_DIGITS:]:
            place = place * 62 + max(ALPHABET.find(letter), 0)
        return place if place < len(self.created) and self.identifier(place) == wb_id else None

    def listed(self, window: Window, *, now: float, newest_first: bool) -> Iterator[int]:
        """Yield the places of the reviews a list wants."""
        since = bisect_left(self.created, window.since) if window.since else 0
        until = bisect_right(self.created, window.until) if window.until else len(self.created)
        places = range(until - 1, since - 1, -1) if newest_first else range(since, until)
        wanted = self._wanted(window, now)
        return (place for place in places if wanted(place))

    def _wanted(self, window: Window, now: float) -> Callable[[int], bool]:
        created, marks, numbers = self.created, self.marks, self.numbers
        by_place = {self.place_of(wb_id): answer for wb_id, answer in self.posted.items()}
        hidden = {self.place_of(wb_id) for wb_id in self.hidden}

        def wanted(place: int) -> bool:
            if place in hidden or (window.nm_id and numbers[place] != window.nm_id):
                return False
            answer = by_place.get(place)
            is_answered = bool(marks[place] & ANSWERED) or bool(answer and answer.is_shown(now))
            is_silent = not marks[place] & (HAS_TEXT | HAS_PHOTO)
            if now - created[place] < DAY and now < self.visible_at(place):
                return False
            if window.is_archive:
                return is_answered or is_silent or now - created[place] > ARCHIVED_AFTER
            if window.is_answered:
                return is_answered and not is_silent
            return not is_answered and not is_silent and now - created[place] <= ARCHIVED_AFTER

        return wanted

    def visible_at(self, place: int) -> float:
        """Return when the lists know a review; some are indexed hours late."""
        late = place % 20 == 0 and place not in self.known and self.created[place] > self.anchor
        return self.created[place] + (Chance(self.seed, "late", place).below(LATE_AT_MOST) if late else 0)

    def as_json(self, place: int, *, now: float) -> dict[str, Any]:
        """Return a review as the API gives it."""
        wb_id, marks, moment = self.identifier(place), self.marks[place], self.created[place]
        said = self.known.get(place) or self._said(place, marks)
        answer = self.posted.get(wb_id)
        if answer and not answer.is_shown(now):
            answer = None
        if answer is None and marks & ANSWERED:
            answer = Answer(said["answer"], moment + 0.3 * DAY)
        card = self.catalogue.by_number[self.numbers[place]]
        return {
            "id": wb_id,
            "text": said["text"],
            "pros": said["pros"],
            "cons": said["cons"],
            "productValuation": said["rating"],
            "createdDate": written(moment),
            "answer": answer.as_json(now) if answer else None,
            "state": "wbRu" if answer else "none",
            "productDetails": details(card),
            "photoLinks": _photos(card["photos"][0], wb_id, 1 + place % 3) if marks & HAS_PHOTO else None,
            "wasViewed": bool(answer),
            "userName": said["author"],
            "orderStatus": ("buyout", "buyout", "buyout", "returned", "rejected")[place % 5],
            "isAbleReturnProductOrders": said["rating"] < 3,  # noqa: PLR2004 -- bad ones
            "bables": [words.BABLES[place % len(words.BABLES)]] if place % 7 == 0 else None,
            "lastOrderShkId": 10_000_000_000 + place,
            "lastOrderCreatedAt": written(moment - 5 * DAY),
            "subjectId": card["subjectID"],
            "subjectName": card["subjectName"],
            **ALWAYS,
        }

    def _said(self, place: int, marks: int) -> dict[str, Any]:
        chance = Chance(self.seed, "said", place)
        stars, author = chance.one_of(STARS), chance.one_of(words.NAMES)
        text = ""
        if marks & HAS_TEXT:
            parts = (words.OPENINGS[stars], words.DETAILS[stars], words.CLOSINGS[stars])
            text = " ".join(filter(None, (chance.one_of(part) for part in parts)))
        likes, dislikes = marks & HAS_TEXT and chance.happens(30), marks & HAS_TEXT and chance.happens(15)
        tone = 5 if stars > 3 else 3 if stars == 3 else 1  # noqa: PLR2004 -- stars
        return {
            "rating": stars,
            "text": text,
            "pros": chance.one_of(words.PROS) if likes and stars > 2 else "",  # noqa: PLR2004 -- stars
            "cons": chance.one_of(words.CONS) if dislikes else "",
            "author": author,
            "answer": chance.one_of(words.ANSWERS[tone]).format(name=author),
        }


def details(card: dict[str, Any]) -> dict[str, Any]:
    """Return the product as reviews and questions name it."""
    return {
        "nmId": card["nmID"],
        "imtId": card["imtID"],
        "productName": card["title"],
        "supplierArticle": card["vendorCode"],
        "supplierName": "ООО «Лён и Клевер»",
        "brandName": card["brand"],
        "size": "0",
    }


def _photos(picture: dict[str, str], wb_id: str, count: int) -> list[dict[str, str]]:
    names = [f"{wb_id[:8]}-{number}.webp" for number in range(1, count + 1)]
    return [
        {"fullSize": picture["big"].replace("1.webp", name), "miniSize": picture["c516x688"].replace("1.webp", name)}
        for name in names
    ]
