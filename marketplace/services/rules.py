"""Which reviews are worked, by the rule of the product or, without one, of the store.

``why_skipped`` is the one place that decides it; screens, the API and the
queue of candidates all ask it, and show its reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.services import require_role
from marketplace.complaint_enums import RulePurpose, SkipReason
from marketplace.enums import ChatAvailability, ReviewComplaintStatus, ReviewStatus, StoreStatus, WorkStatus
from marketplace.models import Product, ProductRule, Review, ReviewQuerySet, Store, StoreRule
from marketplace.models.complaints import EARLIEST
from marketplace.models.products import RULED_RATINGS, RuleFields

RULE_FIELDS: Final = tuple(field.name for field in RuleFields._meta.get_fields())
GONE: Final = frozenset({ReviewStatus.UNPUBLISHED, ReviewStatus.EXCLUDED})
ALLOWS_DRAFT: Final = frozenset({ReviewComplaintStatus.NOT_SENT})


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule needs to know about a review."""

    rating: int
    date: datetime
    has_answer: bool
    complaint_status: str
    review_status_wb: str
    chat_status_by_review: str
    is_product_active: bool
    work_status: str
    is_store_active: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says about one review for one purpose, and whose rule it is."""

    purpose: RulePurpose
    reasons: tuple[SkipReason, ...]
    is_own_rule: bool

    @property
    def is_worked(self) -> bool:
        """Say whether nothing speaks against it."""
        return not self.reasons


def why_skipped(case: Case, rule: RuleFields | None, *, purpose: RulePurpose) -> tuple[SkipReason, ...]:
    """Return every reason why a review is not worked for a purpose, none when it is."""
    reasons = []
    if not case.is_store_active:
        reasons.append(SkipReason.STORE_INACTIVE)
    if not case.is_product_active:
        reasons.append(SkipReason.PRODUCT_INACTIVE)
    if case.work_status != WorkStatus.ACTIVE:
        reasons.append(SkipReason.NOT_WORKED)
    reasons += _by_rule(case, rule, purpose)
    if case.review_status_wb in GONE:
        reasons.append(SkipReason.HIDDEN)
    if purpose == RulePurpose.COMPLAINT:
        if case.complaint_status not in ALLOWS_DRAFT:
            reasons.append(SkipReason.COMPLAINT_EXISTS)
        if case.date < EARLIEST:
            reasons.append(SkipReason.TOO_OLD)
    elif case.chat_status_by_review == ChatAvailability.UNAVAILABLE:
        reasons.append(SkipReason.CHAT_UNAVAILABLE)
    return tuple(reasons)


def _by_rule(case: Case, rule: RuleFields | None, purpose: RulePurpose) -> list[SkipReason]:
    if rule is None:
        return [SkipReason.NO_RULE]
    is_on = {
        RulePurpose.COMPLAINT: rule.submit_complaints,
        RulePurpose.CHAT: rule.work_in_chats,
        RulePurpose.COMPENSATION: rule.work_in_chats and rule.offer_compensation,
    }[purpose]
    reasons = []
    if not is_on:
        reasons.append(SkipReason.PURPOSE_OFF)
    elif not rule.covers(purpose, case.rating):
        reasons.append(SkipReason.RATING_NOT_COVERED)
    if purpose == RulePurpose.COMPLAINT and case.has_answer and not rule.complain_when_answered:
        reasons.append(SkipReason.ANSWERED)
    return reasons


def case_of(review: Review) -> Case:
    """Return what rules need to know about a review whose product and store are loaded."""
    return Case(
        rating=review.rating,
        date=review.date,
        has_answer=review.answer is not None,
        complaint_status=review.complaint_status,
        review_status_wb=review.review_status_wb,
        chat_status_by_review=review.chat_status_by_review,
        is_product_active=review.product.is_active,
        work_status=review.product.work_status,
        is_store_active=review.store.status == StoreStatus.ACTIVE,
    )


def rule_of(product: Product) -> RuleFields | None:
    """Return the rule a product is worked by: its own, else its store's."""
    return getattr(product, "rule", None) or getattr(product.store, "default_rule", None)


def verdicts(review: Review) -> list[Verdict]:
    """Return what the rules say about a review, purpose by purpose."""
    rule, case = rule_of(review.product), case_of(review)
    is_own = isinstance(rule, ProductRule)
    return [
        Verdict(purpose=purpose, reasons=why_skipped(case, rule, purpose=purpose), is_own_rule=is_own)
        for purpose in RulePurpose
    ]


def worth_a_complaint(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Keep reviews for which ``why_skipped`` has no reason against a complaint, in SQL."""
    own, default = Q(product__rule__isnull=False), Q(product__rule__isnull=True)
    by_own, by_default = _covered("product__rule"), _covered("store__default_rule")
    return reviews.filter(
        (own & by_own) | (default & by_default),
        rating__in=RULED_RATINGS,
        complaint_status__in=ALLOWS_DRAFT,
        date__gte=EARLIEST,
        product__is_active=True,
        product__work_status=WorkStatus.ACTIVE,
        store__status=StoreStatus.ACTIVE,
    ).exclude(review_status_wb__in=GONE)


def _covered(rule: str) -> Q:
    ratings = Q()
    for rating in RULED_RATINGS:
        ratings |= Q(**{"rating": rating, f"{rule}__complaint_rating_{rating}": True})
    answered = Q(has_answer=False) | Q(**{f"{rule}__complain_when_answered": True})
    return Q(**{f"{rule}__submit_complaints": True}) & ratings & answered


def set_rules(products: Iterable[Product], changes: Mapping[str, Any], *, by: User | None) -> int:
    """Change the rules of products of one tenant; a product without one gets its store's rule with the changes.

    Args:
        products: Which products, their stores loaded.
        changes: New values by field; what is not named stays.
        by: Who does it; None is a program.
    """
    wanted = {name: value for name, value in changes.items() if name in RULE_FIELDS}
    chosen = list(products)
    if not chosen:
        return 0
    if by is not None:
        require_role(by, chosen[0].tenant, Role.OPERATOR)
    with transaction.atomic():
        ids = [product.pk for product in chosen]
        defaults = {rule.store_id: rule for rule in StoreRule.objects.filter(store__in={p.store_id for p in chosen})}
        known = set(ProductRule.objects.filter(product__in=ids).values_list("product_id", flat=True))
        new = [
            ProductRule(
                product=product,
                store_id=product.store_id,
                tenant_id=product.tenant_id,
                **_as_default(defaults.get(product.store_id)),
            )
            for product in chosen
            if product.pk not in known
        ]
        ProductRule.objects.bulk_create(new, ignore_conflicts=True)
        if wanted:
            ProductRule.objects.filter(product__in=ids).update(**wanted)
    return len(chosen)


def _as_default(rule: StoreRule | None) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS} if rule else {}


def drop_rules(products: Iterable[Product], *, by: User | None) -> int:
    """Give products back to their store's rule."""
    chosen = list(products)
    if chosen and by is not None:
        require_role(by, chosen[0].tenant, Role.OPERATOR)
    ProductRule.objects.filter(product__in=[product.pk for product in chosen]).delete()
    return len(chosen)


def set_default_rule(store: Store, changes: Mapping[str, Any], *, by: User | None) -> StoreRule:
    """Change the rule that products without their own follow."""
    if by is not None:
        require_role(by, store.tenant, Role.OPERATOR)
    wanted = {name: value for name, value in changes.items() if name in RULE_FIELDS}
    rule, _is_new = StoreRule.objects.update_or_create(store=store, tenant=store.tenant, defaults=wanted)
    return rule


def set_work(
    products: Iterable[Product],
    *,
    by: User | None,
    work_status: WorkStatus | None = None,
    is_active: bool | None = None,
) -> int:
    """Change how far products take part in the work; their reviews follow in the same transaction."""
    chosen = list(products)
    if not chosen:
        return 0
    if by is not None:
        require_role(by, chosen[0].tenant, Role.OPERATOR)
    ids = [product.pk for product in chosen]
    with transaction.atomic():
        if work_status is not None:
            Product.objects.filter(pk__in=ids).update(work_status=work_status)
        if is_active is not None:
            Product.objects.filter(pk__in=ids).update(is_active=is_active)
            Review.objects.filter(product__in=ids).exclude(is_product_active=is_active).update(
                is_product_active=is_active
            )
    return len(chosen)
