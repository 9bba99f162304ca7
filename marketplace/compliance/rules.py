"""The rules by name, how strictly each channel takes them, and what to write instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Where a text goes."""

    REVIEW_ANSWER = "review_answer", _("Answer to a review")
    QUESTION_ANSWER = "question_answer", _("Answer to a question")
    CHAT_MESSAGE = "chat_message", _("Chat message")
    COMPLAINT = "complaint", _("Complaint")
    SEQUENCE = "sequence", _("Reminder")


class Severity(TextChoices):
    """What a finding means."""

    REFUSE = "refuse", _("Not allowed")
    WARN = "warn", _("Questionable")


class Rule(TextChoices):
    """What a text can break; the values are stable."""

    LENGTH = "length", _("Length")
    LINK = "link", _("Link")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    MESSENGER = "messenger", _("Messenger or social network")
    REWARD_FOR_REVIEW = "reward_for_review", _("Reward for a review")
    REVIEW_REQUEST = "review_request", _("Pressure about a review")
    MONEY_OFFER = "money_offer", _("Offer of money")
    PAYMENT_ASIDE = "payment_aside", _("Payment outside the marketplace")
    BLAME = "blame", _("Blaming the buyer")
    RUDE = "rude", _("Rude words")
    PROMISE = "promise", _("Promise the seller cannot keep")
    AI_TALK = "ai_talk", _("Talk about artificial intelligence")
    MARKETPLACE = "marketplace", _("Another marketplace")
    PERSONAL_DATA = "personal_data", _("Personal data")
    PLACEHOLDER = "placeholder", _("Unfilled place in a template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place that breaks a rule; ``start`` and ``end`` count characters of the text that was checked."""

    rule: Rule
    severity: Severity
    start: int
    end: int
    words: str
    advice: str
    safe: str = ""


LIMITS: Final[Mapping[Channel, tuple[int, int]]] = {
    Channel.REVIEW_ANSWER: (2, 5000),
    Channel.QUESTION_ANSWER: (2, 5000),
    Channel.CHAT_MESSAGE: (1, 1000),
    Channel.COMPLAINT: (2, 1000),
    Channel.SEQUENCE: (1, 1000),
}

ADVICE: Final[Mapping[Rule, object]] = {
    Rule.LENGTH: _("Wildberries takes from %(least)d to %(most)d characters here; this text has %(length)d."),
    Rule.LINK: _("Wildberries refuses links. Name the product or the section of the app instead."),
    Rule.EMAIL: _("Contacts are forbidden. Ask the buyer to write in the chat of the order."),
    Rule.PHONE: _("Phone numbers are forbidden. Ask the buyer to write in the chat of the order."),
    Rule.MESSENGER: _("Leading the buyer elsewhere is forbidden. Talk in the chat of the order."),
    Rule.REWARD_FOR_REVIEW: _(
        "Nothing may be given for writing, changing or deleting a review. Solve the problem only."
    ),
    Rule.REVIEW_REQUEST: _("Do not press the buyer about the review; only the buyer decides."),
    Rule.MONEY_OFFER: _("Do not offer money in public; a return goes through the buyer's account."),
    Rule.PAYMENT_ASIDE: _("Money may only move inside the marketplace."),
    Rule.BLAME: _("Do not blame the buyer. Regret what happened and say what can be done."),
    Rule.RUDE: _("Rude words are refused and hurt the shop more than the review."),
    Rule.PROMISE: _("Promise only what the shop decides itself."),
    Rule.AI_TALK: _("The answer is the shop's own; it does not speak about programs."),
    Rule.MARKETPLACE: _("Other marketplaces must not be mentioned."),
    Rule.PERSONAL_DATA: _("Personal data must neither be published nor asked for."),
    Rule.PLACEHOLDER: _("A place of the template was left unfilled."),
}

# What a buyer may read instead; these words go out, so they are in the buyers' language and are not translated.
SAFE: Final[Mapping[Rule, str]] = {
    Rule.LINK: "Подробности есть в карточке товара.",
    Rule.EMAIL: "Напишите нам, пожалуйста, в чат с продавцом.",
    Rule.PHONE: "Напишите нам, пожалуйста, в чат с продавцом.",
    Rule.MESSENGER: "Напишите нам, пожалуйста, в чат с продавцом.",
    Rule.REWARD_FOR_REVIEW: "Мы хотим разобраться и решить вопрос с товаром.",
    Rule.REVIEW_REQUEST: "Будем рады, если вопрос удастся решить.",
    Rule.MONEY_OFFER: "Оформите, пожалуйста, заявку на возврат в личном кабинете.",
    Rule.PAYMENT_ASIDE: "Оформите, пожалуйста, заявку на возврат в личном кабинете.",
    Rule.BLAME: "Нам жаль, что товар вас разочаровал.",
    Rule.PROMISE: "Мы передадим информацию ответственным сотрудникам.",
    Rule.MARKETPLACE: "",
}

_PUBLIC: Final = (Channel.REVIEW_ANSWER, Channel.QUESTION_ANSWER)
_TALK: Final = (Channel.CHAT_MESSAGE, Channel.SEQUENCE)
_TO_BUYERS: Final = (*_PUBLIC, *_TALK)

# A complaint goes to the moderators of Wildberries: it may quote what the review says.
SEVERITIES: Final[Mapping[Rule, Mapping[Channel, Severity]]] = {
    Rule.LENGTH: dict.fromkeys(Channel, Severity.REFUSE),
    Rule.LINK: dict.fromkeys(_TO_BUYERS, Severity.REFUSE) | {Channel.COMPLAINT: Severity.WARN},
    Rule.EMAIL: dict.fromkeys(_TO_BUYERS, Severity.REFUSE) | {Channel.COMPLAINT: Severity.WARN},
    Rule.PHONE: dict.fromkeys(_TO_BUYERS, Severity.REFUSE) | {Channel.COMPLAINT: Severity.WARN},
    Rule.MESSENGER: dict.fromkeys(_TO_BUYERS, Severity.REFUSE) | {Channel.COMPLAINT: Severity.WARN},
    Rule.REWARD_FOR_REVIEW: dict.fromkeys(_TO_BUYERS, Severity.REFUSE),
    Rule.REVIEW_REQUEST: dict.fromkeys(_PUBLIC, Severity.REFUSE) | dict.fromkeys(_TALK, Severity.WARN),
    Rule.MONEY_OFFER: dict.fromkeys(_PUBLIC, Severity.REFUSE) | dict.fromkeys(_TALK, Severity.WARN),
    Rule.PAYMENT_ASIDE: dict.fromkeys(_TO_BUYERS, Severity.REFUSE),
    Rule.BLAME: dict.fromkeys(_TO_BUYERS, Severity.REFUSE),
    Rule.RUDE: dict.fromkeys(_TO_BUYERS, Severity.REFUSE) | {Channel.COMPLAINT: Severity.WARN},
    Rule.PROMISE: dict.fromkeys(_TO_BUYERS, Severity.WARN),
    Rule.AI_TALK: dict.fromkeys(Channel, Severity.REFUSE),
    Rule.MARKETPLACE: dict.fromkeys(_TO_BUYERS, Severity.REFUSE),
    Rule.PERSONAL_DATA: dict.fromkeys(Channel, Severity.REFUSE),
    Rule.PLACEHOLDER: dict.fromkeys(Channel, Severity.REFUSE),
}
