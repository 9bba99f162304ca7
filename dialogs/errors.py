"""Why a dialog says no."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError, ProviderError, ProviderUnavailable


@dataclass
class DialogClosed(DomainError):
    """The conversation has ended."""

    code, status = "dialog_closed", 409
    message = _("This conversation is closed.")
    dialog: str


@dataclass
class IllegalHandoff(DomainError):
    """The handoff cannot move there from here."""

    code, status = "illegal_handoff", 409
    message = _("The handoff is “{current}” and cannot become “{wanted}”.")
    current: str
    wanted: str


@dataclass
class MessageEmpty(DomainError):
    """There is nothing to say."""

    code, status = "message_empty", 400
    message = _("The message is empty.")


@dataclass
class MessageTooLong(DomainError):
    """A message is longer than people write."""

    code, status = "message_too_long", 400
    message = _("The message has {length} characters; at most {limit} are accepted.")
    length: int
    limit: int


@dataclass
class MessageUnreadable(DomainError):
    """A message holds characters no text has."""

    code, status = "message_unreadable", 400
    message = _("The message contains characters that are not text.")


@dataclass
class AssistantOff(DomainError):
    """The assistant is switched off."""

    code, status = "assistant_off", 409
    message = _("This assistant is switched off.")


@dataclass
class TooManyMessages(DomainError):
    """Somebody writes faster than people do."""

    code, status = "too_many_messages", 429
    message = _("Too many messages; try again in {seconds} s.")
    seconds: int


@dataclass
class OriginRefused(DomainError):
    """A website that the seller did not name shows the widget."""

    code, status = "origin_refused", 403
    message = _("“{origin}” is not among the websites that may show this chat.")
    origin: str


@dataclass
class TicketRefused(DomainError):
    """A visit begins with a fresh ticket of the page that shows the chat."""

    code, status = "ticket_refused", 403
    message = _("This visit has to begin on the shop’s own page.")


@dataclass
class IdentityOff(DomainError):
    """The seller has no secret that signs who a customer is."""

    code, status = "identity_off", 409
    message = _("This shop does not identify its customers in the chat: it has no secret yet.")


@dataclass
class IdentityRefused(DomainError):
    """The signature is not that of the words."""

    code, status = "identity_refused", 403
    message = _("The signature does not fit; the visitor stays nameless.")


@dataclass
class TooManyLetters(DomainError):
    """A mailbox is no toy."""

    code, status = "too_many_letters", 429
    message = _("The conversation was sent often enough; try again in {minutes} min.")
    minutes: int


@dataclass
class LetterNotSent(DomainError):
    """The mail server does not take it."""

    code, status = "letter_not_sent", 503
    message = _("The letter could not be sent now. Try again a little later.")


@dataclass
class NothingToRate(DomainError):
    """Only what the assistant or an operator said can be rated."""

    code, status = "nothing_to_rate", 409
    message = _("This message cannot be rated.")


@dataclass
class AnswerLate(DomainError):
    """The answer takes longer than the caller can wait; it will still be in the dialog."""

    code, status = "answer_late", 504
    message = _("The answer takes longer than usual; it will appear in the dialog.")
    dialog: str


@dataclass
class NothingToTeach(DomainError):
    """Only an answer to a question is worth keeping."""

    code, status = "nothing_to_teach", 409
    message = _("This message answers no question of the customer.")


@dataclass
class TokenRefused(DomainError):
    """The messenger does not know the token."""

    code, status = "bot_token_refused", 422
    message = _("{platform} does not accept this: {reason}")
    platform: str
    reason: str


@dataclass
class BotTaken(DomainError):
    """A bot can listen in one place only."""

    code, status = "bot_taken", 409
    message = _("This bot or number is connected already.")


@dataclass
class MessengerAway(DomainError):
    """The messenger does not answer now."""

    code, status = "messenger_away", 503
    message = _("{platform} does not answer now. Try again in a minute.")
    platform: str


@dataclass
class NotInCharge(DomainError):
    """Only the operator in charge speaks to the customer and passes the conversation on."""

    code, status = "not_in_charge", 409
    message = _("Take the conversation first.")


@dataclass
class NotRelayed(DomainError):
    """Only in conversations of the API a program speaks for the customer."""

    code, status = "not_relayed", 409
    message = _("Customers of this channel write for themselves.")


@dataclass
class FileEmpty(DomainError):
    """There is nothing in the file."""

    code, status = "file_empty", 400
    message = _("“{name}” is empty.")
    name: str


@dataclass
class FileTooLarge(DomainError):
    """A file is larger than its channel takes."""

    code, status = "file_too_large", 413
    message = _("“{name}” is larger than {megabytes} MB, the most that can be sent here.")
    name: str
    megabytes: int


@dataclass
class FileRefused(DomainError):
    """A file is of a kind that its channel does not take."""

    code, status = "file_refused", 415
    message = _("“{name}” cannot be sent here. Pictures, PDF, office documents, text, sound and video can.")
    name: str


@dataclass
class PictureUnreadable(DomainError):
    """A picture is broken, or larger than anybody can look at."""

    code, status = "picture_unreadable", 422
    message = _("“{name}” cannot be opened as a picture.")
    name: str


@dataclass
class TooManyFiles(DomainError):
    """A message carries more files than its channel takes."""

    code, status = "too_many_files", 400
    message = _("At most {limit} files fit into one message.")
    limit: int


@dataclass
class FileMissing(DomainError):
    """A message names a file that was not uploaded here, was sent already or was cleared away."""

    code, status = "file_missing", 404
    message = _("A file of this message is no longer here. Attach it again.")


class ChannelBusy(ProviderUnavailable):
    """The platform asks to wait; nothing was sent, and waiting is no failure."""

    def __init__(self, words: str, *, retry_after: float) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class ChannelRefused(ProviderError):
    """The platform will not take this message; ``status`` is its HTTP status."""

    def __init__(self, words: str, *, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


class TooLargeToFetch(ChannelRefused):
    """A customer's file is larger than the platform gives, or than is kept here."""


class OutcomeUnknown(ProviderError):
    """The connection broke after the request left: it may have been carried out."""
