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


@dataclass
class NotWaiting(DomainError):
    """The customer does not wait for a person, so there is nothing to choose."""

    code, status = "not_waiting", 409
    message = _("Nobody is awaited here any more.")


@dataclass
class NotAnAddress(DomainError):
    """The customer left something else than an e-mail address."""

    code, status = "not_an_address", 422
    message = _("This is not an e-mail address.")


@dataclass
class NoConflict(DomainError):
    """The ticket and its copy agree, so there is nothing to choose."""

    code, status = "no_conflict", 409
    message = _("The ticket and its copy agree already.")


@dataclass
class CannotMerge(DomainError):
    """Two tickets cannot become one: they are the same, of two shops, or merged before."""

    code, status = "cannot_merge", 409
    message = _("#{number} cannot be merged into #{into}.")

    number: int
    into: int


@dataclass
class CannotUnmerge(DomainError):
    """A ticket was not merged, or too long ago."""

    code, status = "cannot_unmerge", 409
    message = _("#{number} can no longer be taken out again.")

    number: int
