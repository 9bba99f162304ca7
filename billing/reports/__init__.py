"""What the numbers say."""

from billing.reports.proofs import Discrepancy, Reconciliation, prove, reconcile
from billing.reports.referrals import Funnel, funnel_of
from billing.reports.statements import Statement, Summary, Wanted, home_card, pages_of, statement, summary
from billing.reports.usage import PERIODS, Usage, usage_of

__all__ = [
    "PERIODS",
    "Discrepancy",
    "Funnel",
    "Reconciliation",
    "Statement",
    "Summary",
    "Usage",
    "Wanted",
    "funnel_of",
    "home_card",
    "pages_of",
    "prove",
    "reconcile",
    "statement",
    "summary",
    "usage_of",
]
