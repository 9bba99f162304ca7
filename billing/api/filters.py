"""How entries and prices are filtered."""

from typing import Any

from django_filters.filters import CharFilter, IsoDateTimeFilter, MultipleChoiceFilter, NumberFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet

from billing.enums import TransactionType
from billing.models import BalanceTransaction
from billing.models.ledger import TransactionQuerySet
from billing.ports import assistants_of


class TransactionFilter(FilterSet):
    """By type, time (from one moment up to, not including, another), size, assistant and channel."""

    type = MultipleChoiceFilter(field_name="transaction_type", choices=TransactionType.choices)
    created_after = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    min_amount = NumberFilter(method="filter_least", min_value=0, label="Moved at least so much, whichever way.")
    max_amount = NumberFilter(method="filter_most", min_value=0, label="Moved at most so much, whichever way.")
    assistant = UUIDFilter(method="filter_assistant", label="Of this assistant.")
    channel = CharFilter(field_name="channel", max_length=32)

    class Meta:
        model = BalanceTransaction
        fields = ("type", "created_after", "created_before", "min_amount", "max_amount", "assistant", "channel")

    def filter_least(self, entries: TransactionQuerySet, name: str, amount: Any) -> TransactionQuerySet:
        """Keep entries that moved at least so much."""
        return entries.sized(amount, None)

    def filter_most(self, entries: TransactionQuerySet, name: str, amount: Any) -> TransactionQuerySet:
        """Keep entries that moved at most so much."""
        return entries.sized(None, amount)

    def filter_assistant(self, entries: TransactionQuerySet, name: str, uuid: Any) -> TransactionQuerySet:
        """Keep entries of one assistant of the shop."""
        known = assistants_of(self.request.tenant).items()
        return entries.filter(assistant_id__in=[key for key, named in known if named.uuid == uuid])
