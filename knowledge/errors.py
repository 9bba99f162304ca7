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


@dataclass
class PassageRetired(DomainError):
    """History is read, not changed."""

    code, status = "passage_retired", 409
    message = _("This passage is history: its document has a newer version, is archived, or it became part of another.")


@dataclass
class PassageChanged(DomainError):
    """Two people edit one passage; the second would overwrite the first."""

    code, status = "passage_changed", 409
    message = _("Somebody changed this passage meanwhile. Reload the page and look at it again.")


@dataclass
class PassageEmpty(DomainError):
    """A passage says something."""

    code, status = "passage_empty", 400
    message = _("Nothing would be left of the passage. Switch it off instead.")


@dataclass
class PassageTooLong(DomainError):
    """Answers are given a passage as a whole, so it has to stay short."""

    code, status = "passage_too_long", 400
    message = _("The passage would have about {tokens} tokens; at most {limit} are good for search. Split it.")
    tokens: int
    limit: int


@dataclass
class NoNeighbour(DomainError):
    """The last passage has nothing to be merged with."""

    code, status = "no_neighbour", 409
    message = _("There is no passage after this one to merge with.")


@dataclass
class NothingToRestore(DomainError):
    """The passage is as it was cut."""

    code, status = "nothing_to_restore", 409
    message = _("Nothing was changed in this passage.")


@dataclass
class TooManyQuestions(DomainError):
    """Saved questions are run one after another, so there is an end to them."""

    code, status = "too_many_questions", 409
    message = _("At most {limit} test questions can be saved for an assistant.")
    limit: int


@dataclass
class NothingToRun(DomainError):
    """There is no saved question."""

    code, status = "nothing_to_run", 409
    message = _("Save at least one question first.")


@dataclass
class GapMoved(DomainError):
    """The gap is not in the state this needs."""

    code, status = "gap_moved", 409
    message = _("The question is already “{state}”.")
    state: str


@dataclass
class GapMismatch(DomainError):
    """Only two different gaps of one assistant can become one."""

    code, status = "gap_mismatch", 409
    message = _("These questions cannot be put together: they belong to different assistants, or are the same.")


@dataclass
class ArticleUnwritten(DomainError):
    """The prefilled questions are no answer."""

    code, status = "article_unwritten", 400
    message = _("Write the answer above the questions.")


@dataclass
class EntryMoved(DomainError):
    """The answer is not in the state this needs."""

    code, status = "entry_moved", 409
    message = _("This answer is already “{state}”.")
    state: str


@dataclass
class EntryIncomplete(DomainError):
    """An answer belongs to a question."""

    code, status = "entry_incomplete", 400
    message = _("Write both the question and the answer.")


@dataclass
class FlagClosed(DomainError):
    """Somebody decided before."""

    code, status = "flag_closed", 409
    message = _("This was dealt with already: “{state}”.")
    state: str
