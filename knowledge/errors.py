"""Refusals of knowledge."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class DocumentEmpty(DomainError):
    """There is nothing to learn from an empty text."""

    code, status = "document_empty", 400
    message = _("The text is empty.")


@dataclass
class DocumentTooLarge(DomainError):
    """The text is larger than a document may be."""

    code, status = "document_too_large", 413
    message = _("The text takes {size} bytes; at most {limit} are accepted.")
    size: int
    limit: int


@dataclass
class DocumentNotRetryable(DomainError):
    """Trying again would end the same way."""

    code, status = "document_not_retryable", 409
    message = _("This document cannot be processed again: its state is “{state}”. Upload a corrected file instead.")
    state: str


@dataclass
class DocumentArchived(DomainError):
    """An archived document is history."""

    code, status = "document_archived", 409
    message = _("The document is already archived.")


@dataclass
class DocumentNotRestorable(DomainError):
    """There is nothing left of this version, or it is not history."""

    code, status = "document_not_restorable", 409
    message = _("This version cannot be brought back: its state is “{state}”.")
    state: str


@dataclass
class DocumentRepeated(DomainError):
    """Another document says the very same."""

    code, status = "document_repeated", 409
    message = _("The document “{title}” has the same content.")
    title: str


@dataclass
class QueryEmpty(DomainError):
    """There is nothing to search for."""

    code, status = "query_empty", 400
    message = _("The question is empty.")


@dataclass
class SiteBusy(DomainError):
    """One reading of a site at a time."""

    code, status = "site_busy", 409
    message = _("The site is busy: {state}.")
    state: str


@dataclass
class SiteKnown(DomainError):
    """The same site is read for the same assistant already."""

    code, status = "site_known", 409
    message = _("This address is already among the sites.")


@dataclass
class BadSite(DomainError):
    """The address cannot be read."""

    code, status = "bad_site", 400
    message = _("“{url}” is no address of a public website.")
    url: str


@dataclass
class NothingToReembed(DomainError):
    """The knowledge is embedded by the wanted model already, or there is none."""

    code, status = "nothing_to_reembed", 409
    message = _("The knowledge already uses the model {model}.")
    model: str


@dataclass
class ReembeddingEnded(DomainError):
    """The move is over."""

    code, status = "reembedding_ended", 409
    message = _("The move to another model is over: {state}.")
    state: str
