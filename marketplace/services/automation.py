"""Replies by themselves: drafted and sent as far as the seller's rules, safety and caps allow.

A bad review is never answered without a person unless the seller's rule and the
highest level both say so. What a person would have to look at stays a draft.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Q

from billing.errors import InsufficientFunds
from config.errors import DomainError
from marketplace import tasks
from marketplace.compliance import Channel, check
from marketplace.enums import StoreStatus
from marketplace.errors import DailyLimitReached, DeskBusy
from marketplace.models import Outgoing, Question, ReplyRule, Review, SellerSettings, Store
from marketplace.replies import OutgoingKind, ReplyMode, SafetyLevel
from marketplace.services.replying import draft_question, draft_review, waiting_questions, waiting_reviews
from marketplace.services.sending import enqueue
from marketplace.services.writing import settings_of

log = structlog.get_logger(__name__)

BEST: Final = 5
GOOD_FROM: Final = 4
RECENT: Final = timedelta(days=7)
BATCH: Final = 200
LEAST: Final = {SafetyLevel.SAFE: BEST, SafetyLevel.BALANCED: GOOD_FROM, SafetyLevel.MAX: 1}


def rule_for(review: Review) -> ReplyRule | None:
    """Return the product's rule, else the store's."""
    rules = ReplyRule.objects.filter(store=review.store_id).filter(Q(product=review.product_id) | Q(product=None))
    return min(rules, key=lambda rule: rule.product_id is None, default=None)


def may_send(review: Review, *, mode: ReplyMode, settings: SellerSettings | None, at: datetime) -> bool:
    """Say whether a reply to this review may leave without a person."""
    level = SafetyLevel(settings.safety) if settings else SafetyLevel.SAFE
    if mode != ReplyMode.SEND or review.rating < LEAST[level] or (settings and settings.is_auto_paused):
        return False
    if level != SafetyLevel.MAX and is_suspicious(review):
        return False
    cap = settings.auto_daily_cap if settings else SellerSettings._meta.get_field("auto_daily_cap").default
    return bool(sent_today(review.store, at=at) < cap)


def is_suspicious(review: Review) -> bool:
    """Say whether a review reads as if it wanted something of the program: links, contacts, talk about instructions."""
    said = f"{review.author} {review.text} {review.pros} {review.cons}"
    return bool(check(said, channel=Channel.CHAT_MESSAGE, product_name=review.product.name))


def sent_today(store: Store, *, at: datetime) -> int:
    """Return how many replies the tenant's desk has sent by itself since midnight."""
    midnight = at.astimezone(ZoneInfo(store.tenant.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Outgoing.objects.of(store.tenant).filter(is_automatic=True, created_at__gte=midnight).count()


def work_on(review_ids: Iterable[int], *, at: datetime) -> int:
    """Draft replies to new reviews, and send those that need nobody; return how many were drafted."""
    rows = Review.objects.filter(pk__in=list(review_ids), draft_reply="").select_related("store__tenant", "product")
    return sum(work_on_one(review, at=at) for review in waiting_reviews(rows))


def work_on_one(review: Review, *, at: datetime) -> bool:
    """Draft, and perhaps send, the reply to one review; say whether a draft was written."""
    rule, settings = rule_for(review), settings_of(review.store)
    mode = rule.mode(review.rating) if rule else ReplyMode.OFF
    if mode == ReplyMode.OFF or (settings and settings.is_auto_paused):
        return False
    digest = review.digest
    try:
        written = draft_review(review, at=at)
        if not written.is_refused and not written.findings:
            send_if_allowed(review, text=written.text, mode=mode, digest=digest, at=at)
    except (DeskBusy, DailyLimitReached, InsufficientFunds) as limit:
        log.info("draft_postponed", review=str(review.uuid), reason=limit.code)
        return False
    except DomainError as error:
        log.warning("draft_failed", review=str(review.uuid), error=str(error))
        return False
    return True


def work_on_questions(question_ids: Iterable[int], *, at: datetime) -> int:
    """Draft answers to new questions of stores that want it; return how many were drafted. None is sent."""
    rows = Question.objects.filter(pk__in=list(question_ids), draft_reply="").select_related("store__tenant")
    return sum(work_on_question(question, at=at) for question in waiting_questions(rows))


def work_on_question(question: Question, *, at: datetime) -> bool:
    """Draft the answer to one question; say whether one was written."""
    rules = ReplyRule.objects.filter(store=question.store_id)
    rules = rules.filter(Q(product=None) | Q(product__wb_product_id=question.product_nm_id))
    rule = min(rules, key=lambda rule: rule.product_id is None, default=None)
    settings = settings_of(question.store)
    if rule is None or rule.questions == ReplyMode.OFF or (settings and settings.is_auto_paused):
        return False
    try:
        draft_question(question, at=at)
    except (DeskBusy, DailyLimitReached, InsufficientFunds) as limit:
        log.info("draft_postponed", question=str(question.uuid), reason=limit.code)
        return False
    except DomainError as error:
        log.warning("draft_failed", question=str(question.uuid), error=str(error))
        return False
    return True


@transaction.atomic
def send_if_allowed(review: Review, *, text: str, mode: ReplyMode, digest: str, at: datetime) -> Outgoing | None:
    """Put a reply into the outbox that needs nobody; the cap is counted under the tenant's lock."""
    settings = SellerSettings.objects.select_for_update().filter(tenant=review.tenant_id).first()
    if settings is None:
        Store.objects.select_for_update().get(pk=review.store_id)
    if not may_send(review, mode=mode, settings=settings, at=at):
        return None
    return enqueue(review, kind=OutgoingKind.REVIEW_ANSWER, text=text, at=at, digest=digest, is_automatic=True)


def catch_up(*, at: datetime) -> int:
    """Queue recent reviews and questions of stores with rules that have no draft yet; return how many."""
    stores = Store.objects.filter(status=StoreStatus.ACTIVE, pk__in=ReplyRule.objects.values("store"))
    count = 0
    for store in stores:
        rows = Review.objects.filter(store=store, date__gte=at - RECENT, draft_reply="")
        ids = list(waiting_reviews(rows).order_by("-date").values_list("pk", flat=True)[:BATCH])
        if ids:
            tasks.draft_reviews.delay(review_ids=ids)
            count += len(ids)
        asked = Question.objects.filter(store=store, created_date__gte=at - RECENT, draft_reply="")
        ids = list(waiting_questions(asked).order_by("-created_date").values_list("pk", flat=True)[:BATCH])
        if ids:
            tasks.draft_questions.delay(question_ids=ids)
            count += len(ids)
    return count
