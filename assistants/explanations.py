"""What a seller reads when a model does not answer: one clear sentence per problem, and what to do."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    "unauthorised": _("The provider does not accept this key. Copy it again from the provider’s page, whole."),
    "no_money": _("The account at the provider has no money left. Top it up there, then test again."),
    "forbidden": _("The key may not do this. Allow it in the key’s settings at the provider, or make another key."),
    "rate_limited": _("The provider limits how often it may be asked. Try again in {seconds} s."),
    "timeout": _("No answer in {seconds} s. The server is overloaded, is still loading the model, or hangs."),
    "private_address": _("{host} is not on the public internet. Own servers need a public address."),
    "unreachable": _("Nothing answers at {host}. Check the address, and that the server runs."),
    "server_error": _("The provider has a fault of its own: {said}"),
    "not_an_api": _("{host} answers, but not as a model server does. The address of the API often ends with /v1."),
    "empty_answer": _("The model answered without a word. Reasoning models may need a larger limit."),
    "unknown_model": _("There is no model “{model}” here. There are: {offered}."),
    "wrong_address": _("There is no model API at this address of {host}. It often ends with /v1."),
    "rejected": _("The provider refused the request: {said}"),
    "no_embeddings": _("This provider makes no vectors. Search works by words, or through another key."),
    "no_model": _("No model is chosen, and the provider names none."),
    "no_key": _("The stored key cannot be read. Enter it again."),
}
LIST_MISSING: Final = _("The list of models is not offered; that alone is no harm.")


def explain(problem: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence of a problem."""
    known = {"model": "", "offered": "–", "host": "", "said": "", "seconds": ""}
    filled = {name: facts.get(name) or default for name, default in known.items()}
    return str(SENTENCES.get(problem, SENTENCES["rejected"])).format(**filled)
