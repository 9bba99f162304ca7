"""Why the operators' desk says no."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class NotAnOperator(DomainError):
    """Only the tenant's operators and administrators take conversations."""

    code, status = "not_an_operator", 403
    message = _("{person} is not an operator here.")

    person: str


@dataclass
class OperatorFull(DomainError):
    """The operator has as many conversations as they can hold."""

    code, status = "operator_full", 409
    message = _("{person} already has {active} of {limit} conversations.")

    person: str
    active: int
    limit: int


@dataclass
class TakenByAnother(DomainError):
    """A colleague is in charge of the conversation."""

    code, status = "taken_by_another", 409
    message = _("{person} already answers this customer.")

    person: str


@dataclass
class ReopenWindowPassed(DomainError):
    """A ticket that was closed long ago is not reopened; a follow-up continues it."""

    code, status = "reopen_window_passed", 409
    message = _("This ticket was closed on {closed_at:%d.%m.%Y}; open a follow-up instead.")

    closed_at: datetime


@dataclass
class NotConnected(DomainError):
    """The help desk is not connected to this shop."""

    code, status = "not_connected", 409
    message = _("This help desk is not connected.")


@dataclass
class DeskUnusable(DomainError):
    """The help desk was asked and cannot be worked with."""

    code, status = "desk_unusable", 422
    message = _("The help desk cannot be connected: {reason}.")

    reason: str
