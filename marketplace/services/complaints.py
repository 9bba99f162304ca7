"""Complaints: drafted, checked by a person, filed in the portal, followed to the outcome.

A review gets one complaint, for ever. Everything but the outcome may change
only while it is a draft, and whoever comes second is told so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, F, Value
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import Tenant, User
from accounts.services import require_role
from marketplace import grounds
from marketplace.complaint_enums import DraftedBy, RulePurpose, SentVia
from marketplace.compliance import Channel, Finding, check, is_refused
from marketplace.enums import ComplaintReason, ComplaintStatus, ReviewComplaintStatus
from marketplace.errors import ComplaintExists, ComplaintFrozen, ComplaintNotAllowed, NotEligible
from marketplace.models import Review, ReviewComplaint
from marketplace.models.complaints import TEXT_LIMIT
from marketplace.services import drafting, rules
from marketplace.services.estimates import Estimate, History, history_of

CONSIDERED: Final = 300
SUMMED: Final = ("ai_prompt_tokens", "ai_completion_tokens", "ai_total_tokens", "ai_cost_usd", "generation_duration_ms")
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A review that qualifies, what speaks for a complaint, and what a win would bring."""

    review: Review
    ground: grounds.Ground | None
    estimate: Estimate
    effect: float

    @property
    def worth(self) -> float:
        """Return the gain in rating to expect."""
        return self.estimate.chance * max(self.effect, 0.0)


def text_of(review: Review) -> str:
    """Return everything the buyer wrote, as quotes are looked for in it."""
    return "\n".join(part for part in (review.text, review.pros, review.cons) if part.strip())


def candidates(tenant: Tenant) -> list[Candidate]:
    """Return the reviews most worth a complaint among the latest ones that qualify."""
    qualifying = rules.worth_a_complaint(Review.objects.of(tenant))
    latest = list(qualifying.select_related("product", "store").order_by("-date", "-pk")[:CONSIDERED])
    history, effects = history_of(tenant), _effects(latest)
    found = [_candidate(review, history, effects[review.pk]) for review in latest]
    found.sort(key=lambda candidate: (candidate.ground is None, -candidate.worth))
    return found[:SHOWN]


def _candidate(review: Review, history: History, effect: float) -> Candidate:
    found = grounds.find(text_of(review))
    chances = [(history.estimate(ground.reason, has_evidence=True), ground) for ground in found]
    if not chances:
        bare = history.estimate(ComplaintReason.OTHER, has_evidence=False)
        return Candidate(review=review, ground=None, estimate=bare, effect=effect)
    estimate, ground = max(chances, key=lambda chance: chance[0].chance)
    return Candidate(review=review, ground=ground, estimate=estimate, effect=effect)


def _effects(reviews: Iterable[Review]) -> dict[int, float]:
    """Return by how much each product's average would rise without the review."""
    products = {review.product_id for review in reviews}
    sums = Review.objects.filter(product__in=products).values_list("product").annotate(Avg("rating"), Count("pk"))
    known = {product: (float(mean), count) for product, mean, count in sums.order_by()}
    effects = {}
    for review in reviews:
        mean, count = known[review.product_id]
        effects[review.pk] = (mean - review.rating) / (count - 1) if count > 1 else 0.0
    return effects


def estimate_of(complaint: ReviewComplaint) -> Estimate:
    """Return the chance of a complaint as it stands."""
    return history_of(complaint.tenant).estimate(complaint.reason_id, has_evidence=bool(complaint.evidence))


def draft(review: Review, *, by: User | None, at: datetime) -> ReviewComplaint:
    """Draft the one complaint of a review that the rules let through.

    Raises:
        NotEligible: the rules skip the review; the error says why.
        ComplaintExists: there is one already.
    """
    _require(by, review.tenant)
    found = Review.objects.select_related(
        "tenant", "store__default_rule", "product__store__default_rule", "product__rule"
    ).get(pk=review.pk)
    if found.complaint_status != ReviewComplaintStatus.NOT_SENT:
        raise ComplaintExists
    reasons = rules.why_skipped(rules.case_of(found), rules.rule_of(found.product), purpose=RulePurpose.COMPLAINT)
    if reasons:
        raise NotEligible(reasons=[reason.value for reason in reasons], why="; ".join(str(r.label) for r in reasons))
    said = text_of(found)
    return drafting.compose(found, said, grounds.find(said), keep=partial(_create, found, at=at), at=at)


def _create(review: Review, content: drafting.Content, *, at: datetime) -> ReviewComplaint:
    product = review.product
    try:
        with transaction.atomic():
            return ReviewComplaint.objects.create(
                tenant_id=review.tenant_id,
                store=review.store,
                product=product,
                review=review,
                generated_at=at,
                review_rating=review.rating,
                review_text=text_of(review),
                review_date=review.date,
                product_name=product.name,
                product_vendor_code=product.vendor_code,
                product_is_active=product.is_active,
                **_columns(content),
            )
    except IntegrityError as error:
        raise ComplaintExists from error


def regenerate(complaint: ReviewComplaint, *, by: User | None, at: datetime) -> ReviewComplaint:
    """Draft the complaint again; what somebody sent or changed meanwhile stays as it is.

    Raises:
        ComplaintFrozen: it is no draft any more, or changed meanwhile.
    """
    _require(by, complaint.tenant)
    if not complaint.is_editable:
        raise ComplaintFrozen
    review = Review.objects.select_related("tenant", "store", "product").get(pk=complaint.review_id)
    said = text_of(review)

    def keep(content: drafting.Content) -> ReviewComplaint:
        _change(
            complaint,
            **_columns(content) | _added(content.costs),
            regenerated_count=F("regenerated_count") + 1,
            last_regenerated_at=at,
            ready_at=None,
            review_rating=review.rating,
            review_text=said,
        )
        return complaint

    return drafting.compose(review, said, grounds.find(said), keep=keep, at=at)


def edit(
    complaint: ReviewComplaint, *, text: str, reason: ComplaintReason, evidence: Iterable[str], by: User | None
) -> list[Finding]:
    """Change a draft; return what is questionable about the new text.

    Raises:
        ComplaintFrozen: it is no draft any more, or changed meanwhile.
        ComplaintNotAllowed: too long, forbidden, or a quote that the review does not contain.
    """
    _require(by, complaint.tenant)
    text, quotes = text.strip(), [quote for quote in evidence if quote.strip()]
    findings = refuse_unfit(text, quotes, complaint.review_text, product_name=complaint.product_name)
    _change(
        complaint,
        complaint_text=text,
        reason_id=reason,
        reason_name=drafting.name_of(reason),
        evidence=quotes,
        drafted_by=DraftedBy.PERSON,
        ready_at=None,
    )
    return findings


def refuse_unfit(text: str, quotes: Iterable[str], review_text: str, *, product_name: str = "") -> list[Finding]:
    """Return what is questionable about a complaint's text.

    Raises:
        ComplaintNotAllowed: too long, forbidden, or a quote that the review does not contain.
    """
    if not text or len(text) > TEXT_LIMIT:
        raise ComplaintNotAllowed(why=f"{len(text)} / {TEXT_LIMIT}")
    for quote in quotes:
        if not grounds.is_verbatim(quote, review_text):
            raise ComplaintNotAllowed(why=f"«{quote[:80]}»")
    findings = check(text, channel=Channel.COMPLAINT, product_name=product_name)
    if is_refused(findings):
        raise ComplaintNotAllowed(why=", ".join(sorted({str(finding.rule.label) for finding in findings})))
    return findings


def mark_ready(complaint: ReviewComplaint, *, is_ready: bool, by: User | None, at: datetime) -> None:
    """Say that a person has checked the draft: it joins the queue to file, or leaves it."""
    _require(by, complaint.tenant)
    _change(complaint, ready_at=at if is_ready else None)


def mark_as_sent(
    complaint: ReviewComplaint, *, by: User | None, at: datetime, via: SentVia = SentVia.PERSON, proof: str = ""
) -> None:
    """Freeze the complaint that was filed in the portal.

    Raises:
        NotEligible: its review is older than Wildberries takes complaints about.
        IllegalMove: it was sent before, by whomever.
    """
    _require(by, complaint.tenant)
    complaint.mark_as_sent(by=by, at=at, via=via, proof=proof.strip()[:TEXT_LIMIT])


def decide(
    complaint: ReviewComplaint, status: ComplaintStatus, *, by: User | None, at: datetime, wb_response: str = ""
) -> None:
    """Record how Wildberries took a complaint.

    Raises:
        IllegalMove: it is a draft, decided, or somebody was faster.
    """
    _require(by, complaint.tenant)
    complaint.move_to(status, at=at, wb_response=wb_response.strip())


def discard(complaint: ReviewComplaint, *, by: User | None) -> None:
    """Throw a draft away; its review may get another.

    Raises:
        ComplaintFrozen: it was sent.
    """
    _require(by, complaint.tenant)
    with transaction.atomic():
        locked = ReviewComplaint.objects.select_for_update().filter(pk=complaint.pk, status=ComplaintStatus.DRAFT)
        if not locked.first():
            raise ComplaintFrozen
        locked.delete()


def _columns(content: drafting.Content) -> dict[str, Any]:
    return {
        "complaint_text": content.text,
        "reason_id": content.reason,
        "reason_name": drafting.name_of(content.reason),
        "evidence": list(content.quotes),
        "drafted_by": content.drafted_by,
        **content.costs,
    }


def _added(costs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a further draft adds to the costs of the earlier ones; what is not known adds nothing."""
    known = {name: value for name, value in costs.items() if name in SUMMED}
    return {
        name: F(name) if value is None else Coalesce(F(name), Value(type(value)(0))) + value
        for name, value in known.items()
    }


def _change(complaint: ReviewComplaint, **changes: Any) -> None:
    """Write to a draft that is still what the caller saw.

    Raises:
        ComplaintFrozen: it is no draft any more, or changed meanwhile.
    """
    seen = ReviewComplaint.objects.filter(
        pk=complaint.pk, status=ComplaintStatus.DRAFT, updated_at=complaint.updated_at
    )
    if not seen.update(**changes):
        raise ComplaintFrozen
    complaint.refresh_from_db()


def _require(by: User | None, tenant: Tenant) -> None:
    if by is not None:
        require_role(by, tenant, Role.OPERATOR)
