"""What the Wildberries desk shows on the dashboard's home page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import SyncStatus
from accounts.models import Tenant
from accounts.ports import Decision
from config.pages import count_up_to
from marketplace.desk_forms import TROUBLED
from marketplace.enums import ComplaintStatus
from marketplace.models import Chat, Outgoing, Question, Review, ReviewComplaint, Store
from marketplace.models.stores import SYNCED
from marketplace.services.replying import waiting_questions, waiting_reviews
from marketplace.services.stores import expiries

TOKEN_RUNS_OUT: Final = timedelta(days=14)


def decisions(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    """Return what of the stores on Wildberries waits for somebody; nothing for a shop without one."""
    if not Store.objects.of(tenant).exists():
        return
    reviews = waiting_reviews(Review.objects.of(tenant))
    yield Decision(
        count=count_up_to(reviews.exclude(draft_reply="")),
        label=_("Review drafts to approve"),
        icon="star",
        url=f"{reverse('reviews')}?show=drafted",
    )
    yield Decision(
        count=count_up_to(reviews), label=_("Reviews without an answer"), icon="star", url=reverse("reviews")
    )
    yield Decision(
        count=count_up_to(waiting_questions(Question.objects.of(tenant))),
        label=_("Questions without an answer"),
        icon="dialogs",
        url=reverse("questions"),
    )
    yield Decision(
        count=count_up_to(Chat.objects.of(tenant).needing_answer()),
        label=_("Buyers' chats without an answer"),
        icon="mail",
        url=f"{reverse('chats')}?show=needs_answer",
    )
    yield Decision(
        count=count_up_to(ReviewComplaint.objects.of(tenant).filter(status=ComplaintStatus.DRAFT)),
        label=_("Complaints to file"),
        url=reverse("complaint_drafts"),
    )
    yield from _troubles(tenant, at=at)


def _troubles(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    lost = Outgoing.objects.of(tenant).filter(status__in=TROUBLED, review__isnull=False, review__answer=None)
    yield Decision(
        count=count_up_to(lost),
        label=_("Replies Wildberries did not publish"),
        url=f"{reverse('reviews')}?show=trouble",
        tone="danger",
    )
    stores = list(Store.objects.of(tenant).select_related("integration"))
    soon = at + TOKEN_RUNS_OUT
    yield Decision(
        count=sum(any(expires_at <= soon for _token, expires_at in expiries(store)) for store in stores),
        label=_("Stores whose token runs out"),
        icon="key",
        url=reverse("stores"),
        tone="warn",
    )
    yield Decision(
        count=sum(
            any(getattr(store, f"last_{what}_update_status") == SyncStatus.FAILED for what in SYNCED)
            for store in stores
        ),
        label=_("Stores whose sync fails"),
        icon="store",
        url=reverse("stores"),
        tone="danger",
    )
