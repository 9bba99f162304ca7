"""Refusals of the Wildberries desk."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class CabinetTaken(DomainError):
    """One cabinet has one owner here."""

    code, status = "cabinet_taken", 409
    message = _(
        "This Wildberries cabinet is already connected in another workspace. Disconnect it there, or ask to be "
        "invited there."
    )


@dataclass
class MixedCabinets(DomainError):
    """A store is one cabinet."""

    code, status = "mixed_cabinets", 400
    message = _("These tokens belong to different Wildberries cabinets. Connect each cabinet as a store of its own.")


@dataclass
class OtherCabinet(DomainError):
    """New tokens of a store open the cabinet it has."""

    code, status = "other_cabinet", 400
    message = _("This token opens another cabinet. Connect that one as a store of its own.")


@dataclass
class NothingPasted(DomainError):
    """There is no token."""

    code, status = "nothing_pasted", 400
    message = _("Paste a token.")


@dataclass
class TokenExpired(DomainError):
    """The token's time is over."""

    code, status = "token_expired", 400
    message = _("This token expired on {day}. Create a new one in the Wildberries portal.")

    day: str
