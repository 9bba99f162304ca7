"""How a run of test questions compares with the one before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.enums import TrialStatus
from knowledge.models import Trial, TrialResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One question of a run, and how it ended the time before."""

    result: TrialResult
    before: TrialResult | None

    @property
    def change(self) -> str:
        """Say ``better``, ``worse``, ``new``, or nothing when it is the same."""
        if self.before is None:
            return "new"
        now, then = _merit(self.result), _merit(self.before)
        return "better" if now > then else "worse" if now < then else ""


def previous_of(trial: Trial) -> Trial | None:
    """Return the finished run before this one."""
    earlier = Trial.objects.filter(assistant=trial.assistant_id, status=TrialStatus.DONE, pk__lt=trial.pk)
    return earlier.order_by("-pk").first()


def outcomes_of(trial: Trial, before: Trial | None) -> Sequence[Outcome]:
    """Return the questions of a run: what got worse first, then what is wrong, then the rest."""
    then = {row.question_id: row for row in TrialResult.objects.filter(trial=before)} if before else {}
    results = TrialResult.objects.filter(trial=trial).select_related("question", "best_chunk").order_by("question")
    results = results.defer("best_chunk__embedding", "best_chunk__dims", "best_chunk__bits")
    rows = [Outcome(result=row, before=then.get(row.question_id) if before else row) for row in results]
    order = {"worse": 0, "better": 2}
    return sorted(rows, key=lambda row: (order.get(row.change, 1 if not row.result.is_right else 3), row.result.pk))


def changes(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count what got better and worse."""
    kinds: Iterator[str] = (outcome.change for outcome in outcomes)
    counted = {"better": 0, "worse": 0}
    for kind in kinds:
        if kind in counted:
            counted[kind] += 1
    return counted


def _merit(result: TrialResult) -> tuple[bool, float]:
    return result.is_right, 1 / result.rank if result.rank else 0.0
