"""A visitor becomes a customer whom the shop knows, by the signature of the shop's own server."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from assistants.services import is_signed
from config.throttling import seconds_to_wait
from dialogs.enums import Channel
from dialogs.errors import IdentityOff, IdentityRefused, TooManyMessages
from dialogs.models import Contact, ContactIdentity
from dialogs.services import handing
from dialogs.services.receiving import Author, contact_of
from dialogs.services.visiting import KNOWN, Visitor

IDENTIFY_RATE: Final = "20/minute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who the page says the visitor is."""

    user_id: str
    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is signed, in this order."""
        return self.user_id, self.name, self.email, self.phone


def identify(visitor: Visitor, claim: Claim, *, signature: str, at: datetime) -> Visitor:
    """Return the visitor as the customer they are; what they wrote before comes along.

    A customer has one key, made of the assistant and their id, on whatever
    device they are. Who was another customer before leaves nothing behind: on
    a shared computer, people are kept apart.

    Raises:
        IdentityOff: the seller made no secret.
        IdentityRefused: the signature is not that of these words.
        TooManyMessages: somebody guesses.
    """
    if wait := seconds_to_wait(IDENTIFY_RATE, "identify", visitor.key):
        raise TooManyMessages(seconds=wait)
    if not visitor.assistant.identity_secret_encrypted:
        raise IdentityOff
    if not is_signed(visitor.assistant, claim.words, signature=signature):
        raise IdentityRefused
    known = Visitor(assistant=visitor.assistant, key=_key(visitor, claim))
    try:
        _unite(visitor, known, claim, at=at)
    except IntegrityError:  # they began a conversation on another device this instant; it is seen now
        _unite(visitor, known, claim, at=at)
    return known


def _key(visitor: Visitor, claim: Claim) -> str:
    whole = f"{visitor.assistant.uuid}\n{claim.user_id}"
    return KNOWN + hashlib.sha256(whole.encode()).hexdigest()[:32]


@transaction.atomic
def _unite(visitor: Visitor, known: Visitor, claim: Claim, *, at: datetime) -> None:
    author = Author(external_id=known.key, username=claim.user_id)
    found = contact_of(visitor.assistant.tenant, platform=Channel.WIDGET, author=author)
    contact = Contact.objects.select_for_update().get(pk=found.pk)
    _remember(contact, claim, at=at)
    if visitor.is_known:
        return
    _link(visitor, contact)
    unfinished = known.dialogs.open().exists()
    for dialog in visitor.dialogs.locked():
        if unfinished and dialog.is_open:  # one conversation at a time; theirs with us goes on
            handing.close(dialog, at=at)
        dialog.session_id, dialog.contact = known.key, contact
        dialog.save(update_fields=["session_id", "contact"])


def _remember(contact: Contact, claim: Claim, *, at: datetime) -> None:
    """Write down what the shop's server vouches for; what it left out stays as it was."""
    contact.first_name, contact.last_name = (claim.name, "") if claim.name else (contact.first_name, contact.last_name)
    contact.email = claim.email or contact.email
    contact.phone = claim.phone or contact.phone
    contact.metadata = {**contact.metadata, "user_id": claim.user_id, "verified_at": at.isoformat()}
    contact.save(update_fields=["first_name", "last_name", "email", "phone", "metadata"])


def _link(visitor: Visitor, contact: Contact) -> None:
    """Make the nameless visitor another identity of the customer; their own contact goes, if nothing is left of it."""
    identities = ContactIdentity.objects.of(visitor.assistant.tenant).filter(platform=Channel.WIDGET)
    nameless = identities.filter(external_id=visitor.key).select_for_update().first()
    if nameless is None or nameless.contact_id == contact.pk:
        return
    former = nameless.contact_id
    nameless.contact = contact
    nameless.save(update_fields=["contact"])
    visitor.dialogs.filter(contact_id=former).update(contact=contact)
    Contact.objects.filter(pk=former, dialogs=None, identities=None).delete()
