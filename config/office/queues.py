"""What waits for a decision of our staff: each queue a bounded count and the list behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.enums import IntegrationStatus, UserStatus, WebhookStatus
from accounts.models import Integration, User, WebhookDelivery
from assistants.models import AiTokenPool
from billing.enums import HoldStatus, PaymentStatus
from billing.models import BalanceHold, Payment
from dialogs.enums import DeliveryStatus, Rater, RatingType
from dialogs.models import DialogMessage, MessageRating
from knowledge.enums import DocumentStatus
from knowledge.models import Document
from marketplace.models import ExtensionUpload, Outgoing, StoreSync
from marketplace.replies import OutgoingStatus
from operators.enums import MirrorStatus
from operators.models import TicketMirror

MOST: Final = 100  # beyond this it is "many", and not worth counting
RECENT: Final = timedelta(days=7)
SLOW_PAYMENT: Final = timedelta(hours=1)
MANY_FAILURES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Rows of one model that a person has to look at.

    ``filters`` says which, in the words of the admin's list as well as of the
    ORM; ``query`` is used in the list's stead where it has a filter of its own.
    """

    name: str
    title: str | Promise
    note: str | Promise
    icon: str
    model: type[Model]
    filters: Callable[[datetime], Mapping[str, Any]]
    query: Mapping[str, str] | None = None

    def rows(self, *, at: datetime) -> QuerySet[Any]:
        """Return what waits."""
        return self.model._default_manager.filter(**self.filters(at))

    def url(self, *, at: datetime) -> str:
        """Return the list of what waits."""
        options = self.model._meta
        query = self.query if self.query is not None else {k: _word(v) for k, v in self.filters(at).items()}
        return f"{reverse(f'admin:{options.app_label}_{options.model_name}_changelist')}?{urlencode(query)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A queue as the home page shows it."""

    queue: Queue
    count: int
    url: str

    @property
    def is_many(self) -> bool:
        """Say whether there is more than was counted."""
        return self.count > MOST

    @property
    def shown(self) -> str:
        """Return the number to show."""
        return f"{MOST}+" if self.is_many else str(self.count)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


QUEUES: Final[Sequence[Queue]] = (
    Queue(
        name="approvals",
        title=_("People to let in"),
        note=_("confirmed their e-mail and wait"),
        icon="how_to_reg",
        model=User,
        filters=lambda at: {"is_approved": False, "is_email_confirmed": True, "status": UserStatus.ACTIVE},
        query={"queue": "waiting"},
    ),
    Queue(
        name="payments",
        title=_("Payments to reconcile"),
        note=_("without an outcome for over an hour"),
        icon="payments",
        model=Payment,
        filters=lambda at: {"status__exact": PaymentStatus.PENDING.value, "created_at__lt": at - SLOW_PAYMENT},
    ),
    Queue(
        name="holds",
        title=_("Orphan reservations"),
        note=_("past their time and not given back"),
        icon="lock_clock",
        model=BalanceHold,
        filters=lambda at: {"status__exact": HoldStatus.PENDING.value, "expires_at__lte": at},
    ),
    Queue(
        name="syncs",
        title=_("Stuck syncs"),
        note=_("failed three times in a row or more"),
        icon="sync_problem",
        model=StoreSync,
        filters=lambda at: {"failures__gte": MANY_FAILURES},
    ),
    Queue(
        name="tokens",
        title=_("Expired tokens"),
        note=_("connections that want to be signed in again"),
        icon="vpn_key_off",
        model=Integration,
        filters=lambda at: {"status__exact": IntegrationStatus.REAUTH_REQUIRED.value},
    ),
    Queue(
        name="documents",
        title=_("Failed documents"),
        note=_("could not be read into the knowledge"),
        icon="description",
        model=Document,
        filters=lambda at: {"status__exact": DocumentStatus.FAILED.value},
    ),
    Queue(
        name="disliked",
        title=_("Answers with a thumb down"),
        note=_("of customers, in the last seven days"),
        icon="thumb_down",
        model=MessageRating,
        filters=lambda at: {
            "rating_type__exact": RatingType.THUMBS.value,
            "rating__exact": -1,
            "rated_by__exact": Rater.USER.value,
            "updated_at__gte": at - RECENT,
        },
    ),
    Queue(
        name="unknown",
        title=_("Replies of unknown fate"),
        note=_("perhaps sent to Wildberries"),
        icon="help_center",
        model=Outgoing,
        filters=lambda at: {"status__exact": OutgoingStatus.UNKNOWN.value},
    ),
    Queue(
        name="undelivered",
        title=_("Undelivered messages"),
        note=_("given up in the last seven days"),
        icon="sms_failed",
        model=DialogMessage,
        filters=lambda at: {
            "delivery_status__exact": DeliveryStatus.FAILED.value,
            "created_at__gte": at - RECENT,
        },
    ),
    Queue(
        name="webhooks",
        title=_("Failed webhooks"),
        note=_("given up in the last seven days"),
        icon="webhook",
        model=WebhookDelivery,
        filters=lambda at: {"status__exact": WebhookStatus.FAILED.value, "finished_at__gte": at - RECENT},
    ),
    Queue(
        name="mirrors",
        title=_("Ticket copies"),
        note=_("that a help desk did not take"),
        icon="content_copy",
        model=TicketMirror,
        filters=lambda at: {"status__exact": MirrorStatus.FAILED.value},
    ),
    Queue(
        name="keys",
        title=_("Parked keys"),
        note=_("refused by their provider"),
        icon="key_off",
        model=AiTokenPool,
        filters=lambda at: {"parked_reason__gt": ""},
    ),
    Queue(
        name="imports",
        title=_("Complaint imports to check"),
        note=_("with rows that were not applied, in the last seven days"),
        icon="rule",
        model=ExtensionUpload,
        filters=lambda at: {"with_problems__gt": 0, "created_at__gte": at - RECENT},
    ),
)


def counts(request: HttpRequest, *, at: datetime) -> list[Count]:
    """Return the queues the person may see, those with something in them first."""
    user: Any = request.user
    seen = [
        Count(queue=queue, count=queue.rows(at=at)[: MOST + 1].count(), url=queue.url(at=at))
        for queue in QUEUES
        if user.has_perm(f"{queue.model._meta.app_label}.view_{queue.model._meta.model_name}")
    ]
    return sorted(seen, key=lambda count: count.count == 0)
