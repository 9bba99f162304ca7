"""Contacts, conversations, messages, files, ratings and answers under way."""

from dialogs.models.attachments import DialogAttachment
from dialogs.models.contacts import Contact, ContactIdentity
from dialogs.models.dialogs import Dialog, DialogQuerySet
from dialogs.models.inbound import InboundEvent
from dialogs.models.messages import DialogMessage, DialogRating, MessageRating
from dialogs.models.runs import LEASE, MAX_ATTEMPTS, AnswerRun
from dialogs.models.sightings import WidgetSighting

__all__ = [
    "LEASE",
    "MAX_ATTEMPTS",
    "AnswerRun",
    "Contact",
    "ContactIdentity",
    "Dialog",
    "DialogAttachment",
    "DialogMessage",
    "DialogQuerySet",
    "DialogRating",
    "InboundEvent",
    "MessageRating",
    "WidgetSighting",
]
