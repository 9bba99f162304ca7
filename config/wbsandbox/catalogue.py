"""The products of a shop."""

from typing import Any, Final

from config.wbsandbox import words
from config.wbsandbox.chance import Chance, code
from config.wbsandbox.clock import written

FIRST_NM: Final = 991_000_000
MINUTE: Final = 60


class Catalogue:
    """Cards and prices; the first ones are those the demo shop knows."""

    def __init__(self, seed: str, *, known: list[dict[str, Any]], size: int, opened_at: float) -> None:
        self.cards: list[dict[str, Any]] = []
        self.prices: dict[int, int] = {}
        for number in range(max(size, len(known))):
            row = known[number] if number < len(known) else _invented(seed, number)
            changed = written(opened_at + number * MINUTE)
            self.cards.append(_card(seed, row, changed))
            self.prices[row["nm_id"]] = int(row["price"])
        self.numbers = [card["nmID"] for card in self.cards]
        self.by_number = {card["nmID"]: card for card in self.cards}

    def page(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """Return the cards after a cursor, oldest change first."""
        limit = min(max(int(cursor.get("limit", 10)), 1), 100)
        after = (str(cursor.get("updatedAt", "")), int(cursor.get("nmID") or 0))
        rest = sorted(self.cards, key=lambda card: (card["updatedAt"], card["nmID"]))
        found = [card for card in rest if (card["updatedAt"], card["nmID"]) > after][:limit]
        last = found[-1] if found else {"updatedAt": after[0], "nmID": after[1]}
        place = {"updatedAt": last["updatedAt"], "nmID": last["nmID"], "total": len(found)}
        return {"cards": found, "cursor": place}

    def goods(self, *, limit: int, offset: int, nm_id: int | None) -> list[dict[str, Any]]:
        """Return prices."""
        numbers = [nm_id] if nm_id else self.numbers[offset : offset + limit]
        return [self._priced(number) for number in numbers if number in self.prices]

    def _priced(self, number: int) -> dict[str, Any]:
        price = self.prices[number]
        full = round(price / 0.7)
        size = {"sizeID": number * 10, "price": full, "discountedPrice": price, "clubDiscountedPrice": price}
        return {
            "nmID": number,
            "vendorCode": self.by_number[number]["vendorCode"],
            "sizes": [{**size, "techSizeName": "0"}],
            "currencyIsoCode4217": "RUB",
            "discount": 30,
            "clubDiscount": 0,
            "editableSizePrice": False,
            "isBadTurnover": False,
        }


def _invented(seed: str, number: int) -> dict[str, Any]:
    chance = Chance(seed, "product", number)
    kind, category = words.KINDS[number % len(words.KINDS)]
    series, shade = chance.one_of(words.SERIES), chance.one_of(words.SHADES)
    return {
        "nm_id": FIRST_NM + number * 7,
        "vendor_code": f"LK-{number:04d}-{code(seed, number, length=3).upper()}",
        "name": f"{kind} «{series}», {shade}",
        "brand": "Лён и Клевер",
        "category": category,
        "price": 590 + 100 * chance.below(90) - 1,
        "colors": [shade],
        "description": f"{kind} из умягчённого льна, цвет {shade}. Шьём в Иванове.",
    }


def _card(seed: str, row: dict[str, Any], changed: str) -> dict[str, Any]:
    number = row["nm_id"]
    picture = f"https://basket-12.wbbasket.ru/vol{number // 100_000}/part{number // 1000}/{number}/images"
    return {
        "nmID": number,
        "imtID": number // 3,
        "nmUUID": code(seed, "nm", number, length=32),
        "subjectID": 100 + number % 60,
        "subjectName": row.get("category", ""),
        "vendorCode": row["vendor_code"],
        "brand": row.get("brand", ""),
        "title": row["name"],
        "description": row.get("description", ""),
        "photos": [{"big": f"{picture}/big/1.webp", "c516x688": f"{picture}/c516x688/1.webp"}],
        "video": "",
        "dimensions": {"length": 40, "width": 30, "height": 8, "weightBrutto": 1.2, "isValid": True},
        "characteristics": [{"id": 14_177_449, "name": "Цвет", "value": row.get("colors", [])}],
        "sizes": [{"chrtID": number * 10, "techSize": "0", "wbSize": "", "skus": [str(2_000_000_000_000 + number)]}],
        "tags": [],
        "createdAt": changed,
        "updatedAt": changed,
    }
