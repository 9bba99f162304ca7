"""Replies for when no model thinks: by rating and topic, in the buyers' language, chosen by the review itself.

They go out to buyers, so they are not translated with the screens.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from marketplace.compliance.folding import TOKEN, fold, stem_of
from marketplace.models import Review

GREETINGS: Final = ("Здравствуйте{name}!", "Добрый день{name}!")
THANKS: Final[Mapping[int, Sequence[str]]] = {
    5: (
        "Спасибо за высокую оценку! Рады, что покупка вам понравилась.",
        "Благодарим за тёплый отзыв! Приятно знать, что товар пришёлся по душе.",
        "Спасибо, что выбрали нас! Пусть покупка радует долго.",
    ),
    4: (
        "Спасибо за отзыв и хорошую оценку! Нам важно ваше мнение.",
        "Благодарим за оценку! Учтём ваши впечатления, чтобы товар стал ещё лучше.",
    ),
    3: (
        "Спасибо, что поделились впечатлением. Жаль, что товар понравился не полностью.",
        "Благодарим за честный отзыв. Нам жаль, что покупка оправдала ожидания лишь отчасти.",
    ),
    2: (
        "Спасибо за отзыв. Нам очень жаль, что товар вас разочаровал.",
        "Благодарим, что рассказали об этом. Сожалеем, что покупка не оправдала ожиданий.",
    ),
    1: (
        "Нам очень жаль, что так получилось. Спасибо, что рассказали об этом.",
        "Приносим извинения за испорченное впечатление. Спасибо, что написали.",
    ),
}
TOPICS: Final[Mapping[str, tuple[str, str]]] = {
    "size": (
        "размер размеры маломерит большемерит маленький маленькая большой мал мала велик короткий узкий широкий тесный",
        "По размеру: сверьтесь, пожалуйста, с таблицей в карточке товара, замеры указаны для каждого размера.",
    ),
    "defect": (
        "брак бракованный дефект порван порвался сломан сломался дырка трещина царапина не работает сломалось кривой",
        "Такого быть не должно: передадим описание и снимки на проверку качества партии.",
    ),
    "delivery": (
        "доставка доставили долго помяли помятый упаковка коробка мятая пришло поздно курьер",
        "Замечание об упаковке и доставке передадим на склад.",
    ),
    "smell": ("запах пахнет воняет вонь", "Посторонний запах обычно проходит после проветривания; партию проверим."),
    "wrong": (
        "другой другая другое перепутали цвет вместо подмена заказывал заказывала",
        "Похоже на ошибку комплектации: проверим, как собирался заказ.",
    ),
    "material": (
        "ткань материал качество тонкий тонкая синтетика катышки нитки швы строчка",
        "Замечание о материале передадим технологам.",
    ),
}
HELP: Final = (
    "Если товар не подошёл, оформите, пожалуйста, заявку на возврат в личном кабинете или напишите нам в чат с "
    "продавцом: разберёмся."
)
GOOD_FROM: Final = 4
NAME_LENGTHS: Final = range(2, 21)
NOBODY: Final = frozenset({"покупатель", "пользователь", "wildberries", "аноним"})


def reply_to(review: Review) -> str:
    """Return a reply to a review, the same one every time."""
    choice = int(hashlib.sha256(review.wb_id.encode()).hexdigest(), 16)
    name = _name(review.author)
    parts = [
        GREETINGS[choice % len(GREETINGS)].format(name=f", {name}" if name else ""),
        THANKS[review.rating][choice % len(THANKS[review.rating])],
    ]
    if review.rating < GOOD_FROM:
        parts += [text for topic, (_, text) in TOPICS.items() if topic in topics_of(review)][:2]
        parts.append(HELP)
    return " ".join(parts)


def topics_of(review: Review) -> list[str]:
    """Return what a review is about, by its words."""
    said = f"{review.text} {review.pros} {review.cons}"
    stems = {stem_of(word) for word in TOKEN.findall(fold(said).text)}
    return [topic for topic, (words, _) in TOPICS.items() if stems & {stem_of(word) for word in words.split()} - {"не"}]


def _name(author: str) -> str:
    """Return a first name that can be addressed, or nothing."""
    first = author.strip().split(" ")[0] if author.strip() else ""
    is_name = first.isalpha() and len(first) in NAME_LENGTHS and first[0].isupper() and not first.isupper()
    return first if is_name and first.lower() not in NOBODY else ""
