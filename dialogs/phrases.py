"""What the system itself says to customers, in their language."""

from django.utils import translation
from django.utils.translation import gettext_noop as _

from dialogs.enums import HandoffReason

NOT_KNOWN = _("I could not find a reliable answer to this in the shop's materials, and I do not want to guess.")
NOT_KNOWN_ASK_PERSON = _(
    "I could not find a reliable answer to this in the shop's materials, and I do not want to guess. "
    "Would you like me to call a person?"
)
FILES = _("I cannot open files, pictures or voice messages. Please write your question in words.")
FILES_ASK_PERSON = _(
    "I cannot open files, pictures or voice messages. Please write your question in words. "
    "Or would you like me to call a person?"
)
GREETING = _("Hello! Ask me anything about the shop.")
THANKS_FOR_RATING = _("Thank you for your rating!")
TOO_LATE = _("This button no longer works.")
FALLBACK = _("I cannot answer right now. Your message is saved, and a person will reply here.")
CLOSED = _("This conversation is closed. Write again to start a new one.")
UNSTAFFED = _("Nobody is at the desk right now. Your question is kept, and the answer will come here.")
ERASED = _("Erased at the customer’s request.")
JOINED = _("{name} has joined the conversation.")
RETURNED = _("The assistant is back and will go on answering.")
REQUESTED = {
    HandoffReason.CUSTOMER_ASKED: _("I am calling a person. They will reply right here, please stay in touch."),
    HandoffReason.LOW_CONFIDENCE: _("I would rather let a person answer this. They will reply right here."),
    HandoffReason.MODEL_FAILED: FALLBACK,
    HandoffReason.TOOL_FAILED: FALLBACK,
    HandoffReason.NO_MONEY: FALLBACK,
    HandoffReason.POLICY: FALLBACK,
    HandoffReason.OPERATOR_LOST: _("The operator got disconnected. I am looking for another one."),
    HandoffReason.MANUAL: _("A person is taking over the conversation."),
}


def say(phrase: str, *, language: str, **facts: str) -> str:
    """Return ``phrase`` in ``language`` with ``facts`` filled in."""
    with translation.override(language):
        return translation.gettext(phrase).format(**facts)
