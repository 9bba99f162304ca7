"""How entries are filtered."""

from django_filters.filters import IsoDateTimeFilter, MultipleChoiceFilter
from django_filters.rest_framework.filterset import FilterSet

from billing.enums import TransactionType
from billing.models import BalanceTransaction


class TransactionFilter(FilterSet):
    """By type, and by time: from one moment up to, not including, another."""

    type = MultipleChoiceFilter(field_name="transaction_type", choices=TransactionType.choices)
    created_after = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = BalanceTransaction
        fields = ("type", "created_after", "created_before")
