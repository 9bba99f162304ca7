"""What can go wrong between a store and Wildberries, in words for the seller."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


class WildberriesError(DomainError):
    """A call did not do what it should."""

    code, status = "wildberries", 409


@dataclass
class NoToken(WildberriesError):
    """The store has no token at all."""

    code = "wildberries_no_token"
    message = _("This store has no Wildberries token.")


@dataclass
class WrongCategory(WildberriesError):
    """No token of the store may do this."""

    code = "wildberries_wrong_category"
    message = _("The token lacks the category “{category}”. Create a token with it in the Wildberries portal.")

    category: str


@dataclass
class ReadOnlyToken(WildberriesError):
    """The token may look but not answer."""

    code = "wildberries_read_only"
    message = _("The token is read-only, so nothing can be sent with it.")


@dataclass
class Unauthorised(WildberriesError):
    """Wildberries does not accept the token: expired, withdrawn or somebody else's."""

    code = "wildberries_unauthorised"
    message = _("Wildberries does not accept the token: {detail}")

    detail: str


@dataclass
class RateLimited(WildberriesError):
    """No call may be made before ``retry_at``; nothing was sent."""

    code, status = "wildberries_rate_limited", 429
    message = _("Wildberries takes no more calls for {seconds} s.")

    seconds: int
    retry_at: datetime


@dataclass
class Rejected(WildberriesError):
    """Wildberries understood the call and refused it; the same call will be refused again."""

    code = "wildberries_rejected"
    message = _("Wildberries refused: {detail}")

    detail: str
    http_status: int = 400


@dataclass
class Unavailable(WildberriesError):
    """Wildberries is down, slow or under maintenance; nothing was changed there."""

    code, status = "wildberries_unavailable", 503
    message = _("Wildberries does not answer: {detail}")

    detail: str


@dataclass
class OutcomeUnknown(WildberriesError):
    """The answer to a write was lost: it may have happened. Read back; never send blindly again."""

    code, status = "wildberries_outcome_unknown", 503
    message = _("It is not known whether Wildberries took it: {detail}")

    detail: str
