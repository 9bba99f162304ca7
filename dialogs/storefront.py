"""What the trial page shows of a shop; the seller keeps it with the widget's settings.

``widget_settings["storefront"]`` is ``{"shop": {…}, "products": [{…}]}``, with
the shop's name, tagline, address, phone, e-mail and hours, and each product's
name, category, price and colours.
"""

from dataclasses import dataclass
from typing import Any, Final

from assistants.models import Assistant

MOST_PRODUCTS: Final = 8
SHOP_FIELDS: Final = ("name", "tagline", "about", "city", "address", "phone", "email", "hours", "legal_name")

DYES: Final = {
    "молочный": "#efe6d6",
    "суровый": "#cdbb9c",
    "графит": "#5a6064",
    "шалфей": "#a9b99f",
    "серо-голубой": "#a3b4c0",
    "хвоя": "#4f6b5a",
    "терракота": "#c27b5b",
    "пыльная роза": "#d2aaa4",
    "горчица": "#cfa64b",
    "ассорти": "#b9a7c4",
}
UNKNOWN_DYE: Final = "#c9c3b6"

DRAWINGS: Final = (
    ("bed", ("постель", "одеял", "подуш", "простын", "кроват", "наволоч", "плед", "bed", "pillow")),
    ("dress", ("женск", "плать", "сарафан", "юбк", "домашн", "dress")),
    ("shirt", ("мужск", "рубаш", "детск", "одежд", "shirt", "wear")),
    ("towel", ("полотен", "бан", "towel")),
    ("table", ("стол", "кухн", "скатерт", "table", "kitchen")),
    ("curtain", ("штор", "дом", "тюль", "curtain")),
    ("bag", ()),
)


@dataclass(frozen=True, slots=True)
class Storefront:
    """A shop's name plate and shelf."""

    shop: dict[str, str]
    products: list[dict[str, Any]]


def of(assistant: Assistant) -> Storefront:
    """Return the storefront of the assistant's shop; without one, a shelf that is empty."""
    chosen = assistant.widget_settings if isinstance(assistant.widget_settings, dict) else {}
    kept = chosen.get("storefront")
    kept = kept if isinstance(kept, dict) else {}
    shop, products = kept.get("shop"), kept.get("products")
    shop = shop if isinstance(shop, dict) else {}
    plate = {name: str(shop.get(name) or "") for name in SHOP_FIELDS}
    plate["name"] = plate["name"] or assistant.tenant.name
    shelf = products if isinstance(products, list) else []
    rows = [product for product in shelf if isinstance(product, dict)][:MOST_PRODUCTS]
    return Storefront(shop=plate, products=[_on_shelf(row, place) for place, row in enumerate(rows)])


def _on_shelf(product: dict[str, Any], place: int) -> dict[str, Any]:
    """Return one product as the page draws it; neighbours are drawn in different colours."""
    colors = product.get("colors")
    names = [str(name) for name in colors] if isinstance(colors, list) else []
    dyes = [DYES.get(name, UNKNOWN_DYE) for name in names][:5] or [UNKNOWN_DYE]
    category = str(product.get("category") or "")
    words = f"{category} {product.get('name', '')}".lower()
    price = product.get("price")
    return {
        "name": str(product.get("name") or ""),
        "category": category,
        "composition": str(product.get("composition") or ""),
        "price": price if isinstance(price, int | float) else None,
        "dye": dyes[place % len(dyes)],
        "dyes": [{"color": color, "x": 74 - 14 * place} for place, color in enumerate(reversed(dyes))],
        "drawing": next((name for name, marks in DRAWINGS if any(mark in words for mark in marks)), "bag"),
    }
