"""The words of rules, complaints and the browser extension's uploads."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RulePurpose(TextChoices):
    """What a rule decides about a review."""

    COMPLAINT = "complaint", _("Complaint")
    CHAT = "chat", _("Conversation")
    COMPENSATION = "compensation", _("Compensation")


class SkipReason(TextChoices):
    """Why a review is not worked for a purpose."""

    STORE_INACTIVE = "store_inactive", _("The store is switched off")
    PRODUCT_INACTIVE = "product_inactive", _("The product is switched off")
    NOT_WORKED = "not_worked", _("The product is not being worked on")
    NO_RULE = "no_rule", _("Neither the product nor the store has a rule")
    PURPOSE_OFF = "purpose_off", _("The rule has this switched off")
    RATING_NOT_COVERED = "rating_not_covered", _("The rule does not cover this rating")
    ANSWERED = "answered", _("The review is answered, and the rule leaves answered ones alone")
    COMPLAINT_EXISTS = "complaint_exists", _("The review has its one complaint already")
    TOO_OLD = "too_old", _("Wildberries takes no complaints about reviews before 1 October 2023")
    HIDDEN = "hidden", _("Wildberries does not count or show this review any more")
    CHAT_UNAVAILABLE = "chat_unavailable", _("Wildberries does not let the seller write to this buyer")


class DraftedBy(TextChoices):
    """Who put a complaint into words."""

    PERSON = "person", _("A person")
    MODEL = "model", _("A model")
    RULES = "rules", _("Rules, without a model")


class SentVia(TextChoices):
    """How a complaint was marked as sent."""

    PERSON = "person", _("By hand")
    EXTENSION = "extension", _("Browser extension")


class RowProblem(TextChoices):
    """Why a row of an upload was not applied, or not wholly."""

    INVALID = "invalid", _("The row cannot be read")
    UNKNOWN = "unknown", _("No such review in this store")
    AMBIGUOUS = "ambiguous", _("Several reviews look like this one")
    REPEATED = "repeated", _("Another row of the upload says something newer about this review")
    STALE = "stale", _("Something newer about this review is known already")
    NO_COMPLAINT = "no_complaint", _("There is no complaint about this review here")
    NOT_SENT = "not_sent", _("The complaint is a draft here; mark it as sent first")
    CONTRADICTS = "contradicts", _("The complaint was decided otherwise before")
