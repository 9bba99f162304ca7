"""Greetings, thanks, farewells and questions about itself, as a polite shop assistant takes them."""

import re
from typing import Final, NamedTuple

from config.modelserver.words import is_russian, listed, words

COURTESIES: Final = {
    "greeting": (
        "здравствуй здравствуйте здрасте здрасьте привет приветствую салют доброе добрый доброго доброй хай "
        "hello hi hey greetings"
    ),
    "thanks": "спасибо спс спасибочки благодарю благодарна благодарен признательна thanks thank thx cheers",
    "farewell": "пока свидания досвидания прощайте bye goodbye",
    "yes": "ок окей ok okay понятно понял поняла ясно хорошо отлично супер класс ладно договорились great fine cool",
}
FILLER: Final = listed(
    """
    вам вас всем большое огромное вы ты тебе за помощь ответ все до и а ну очень there you very much so a lot
    for утро утра день вечер ночи суток good morning afternoon evening the help your да нет всего доброго
    хорошего дня вечера удачи вами со мной ребята девушки коллеги буду знать
    """
)
ABOUT_ITSELF: Final = re.compile(
    r"\b(?:ты|вы)\s+(?:кто|бот|робот|человек|живой|нейросеть|ии)\b|\b(?:кто|что)\s+(?:ты|вы)(?:\s+так\w+)?\s*[?.!]*$"
    r"|\b(?:с|со)\s+(?:ботом|роботом)\s+(?:говорю|общаюсь)"
    r"|\bare you (?:a |an )?(?:bot|robot|human|real|ai)|\bwho are you",
    re.IGNORECASE,
)
ABILITIES: Final = re.compile(
    r"(?:что|чем)\s+(?:ты|вы)\s+(?:умеешь|умеете|можешь|можете)(?:\s+помочь)?|\bпомог(?:и|ите)\s*[!.]*$"
    r"|what can you do",
    re.IGNORECASE,
)


class Manners(NamedTuple):
    """The polite part of a message: which courtesies it has, and whether there is anything else."""

    courtesies: frozenset[str]
    is_all: bool


_KIND: Final = {word: kind for kind, listed in COURTESIES.items() for word in listed.split()}


def manners_of(text: str) -> Manners:
    """Tell courtesy from content."""
    found = words(text)
    kinds = frozenset(_KIND[word] for word in found if word in _KIND)
    rest = [word for word in found if word not in _KIND and word not in FILLER]
    return Manners(kinds, is_all=not rest)


def reply_to(text: str) -> str | None:
    """Return the reply to a message that is courtesy alone or about the assistant itself."""
    russian = is_russian(text)
    if ABOUT_ITSELF.search(text):
        return _WHO[russian]
    if ABILITIES.search(text):
        return _ABLE[russian]
    manners = manners_of(text)
    if not words(text):
        return _NOTHING[russian]
    if not manners.is_all:
        return None
    for kind in ("farewell", "thanks", "greeting", "yes"):
        if kind in manners.courtesies:
            return _REPLIES[kind][russian]
    return _NOTHING[russian]


def opening_for(text: str) -> str:
    """Return the polite words that go before an answer, if the question had some."""
    courtesies, russian = manners_of(text).courtesies, is_russian(text)
    if "greeting" in courtesies:
        return "Здравствуйте! " if russian else "Hello! "
    return ""


class Said(NamedTuple):
    """One thing to say, in either language."""

    en: str
    ru: str


_REPLIES: Final = {
    "greeting": Said(
        en="Hello! Ask me about orders, delivery, payment or returns and I will look it up in the shop's knowledge.",
        ru="Здравствуйте! Спросите о товаре, доставке, оплате или возврате — я найду ответ в базе знаний магазина.",
    ),
    "thanks": Said(
        en="You are welcome! Write if anything else comes up.", ru="Пожалуйста! Если появятся ещё вопросы, пишите."
    ),
    "farewell": Said(en="Goodbye! Come back any time.", ru="Всего доброго! Будут вопросы — возвращайтесь."),
    "yes": Said(en="Good! Write if anything else comes up.", ru="Хорошо! Если понадобится что-то ещё, пишите."),
}
_WHO: Final = Said(
    en="I am the shop's automatic assistant, not a person and not a large language model: I find the right place in "
    "the knowledge base and quote it. If that is not enough, I can call a colleague.",
    ru="Я автоматический помощник магазина: не человек и не большая языковая модель. Нахожу нужное место в базе "
    "знаний и цитирую его. Если этого мало, позову сотрудника.",
)
_ABLE: Final = Said(
    en="I look up answers in the shop's knowledge base: delivery, payment, returns, sizes, care and so on. Ask in your "
    "own words; if there is no answer, I will offer to call a person.",
    ru="Я ищу ответы в базе знаний магазина: доставка, оплата, возврат, размеры, уход и другое. Спросите своими "
    "словами; если ответа там нет, предложу позвать сотрудника.",
)
_NOTHING: Final = Said(
    en="Tell me what you would like to know, and I will look it up in the shop's knowledge base.",
    ru="Напишите, что вы хотите узнать, и я поищу ответ в базе знаний магазина.",
)
