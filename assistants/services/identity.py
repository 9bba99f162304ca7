"""The secret with which a shop's server vouches for who its customer is."""

import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from assistants.models import Assistant

SECRET_PREFIX: Final = "wid_"  # noqa: S105 -- what secrets begin with
SECRET_BYTES: Final = 32


@transaction.atomic
def renew_identity_secret(assistant: Assistant, *, at: datetime) -> str:
    """Return a new secret, this once; what the former one signed is refused from now on."""
    locked = Assistant.objects.select_for_update(of=("self",)).get(pk=assistant.pk)
    secret = f"{SECRET_PREFIX}{randomness.token_urlsafe(SECRET_BYTES)}"
    locked.seal_identity_secret(secret)
    locked.identity_secret_at = at
    locked.save(update_fields=["identity_secret_encrypted", "identity_secret_at"])
    return secret


def withdraw_identity_secret(assistant: Assistant) -> None:
    """Recognise no customers by signature any more."""
    Assistant.objects.filter(pk=assistant.pk).update(identity_secret_encrypted=None, identity_secret_at=None)


def signature_of(secret: str, words: Sequence[str]) -> str:
    """Return HMAC-SHA256 in hex over ``words``, a line each; empty lines at the end are left out."""
    text = "\n".join(words).rstrip("\n")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(assistant: Assistant, words: Sequence[str], *, signature: str) -> bool:
    """Say, in constant time, whether the shop's server signed ``words``."""
    return hmac.compare_digest(signature_of(assistant.open_identity_secret(), words), signature.lower())
