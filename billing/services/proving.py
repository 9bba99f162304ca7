"""The nightly proof, and the letter to our staff when it fails."""

from datetime import datetime

from django.urls import reverse

from accounts import letters
from accounts.models import User
from billing import reports
from billing.models import LedgerProof

SHOWN = 20


def prove(*, at: datetime) -> LedgerProof:
    """Prove all balances, keep the result, and write to every superuser if one is wrong."""
    proof = reports.prove(at=at)
    if proof.wrong:
        url = letters.absolute(reverse("admin:billing_ledgerproof_change", args=[proof.pk]))
        for person in User.objects.filter(is_superuser=True, is_active=True):
            letters.send(
                "ledger_wrong",
                to=person.email,
                language=person.language_code,
                user=person,
                proof=proof,
                found=proof.details[:SHOWN],
                url=url,
            )
    return proof
