"""Putting a set to a version of an assistant: example by example, each paid as an answer is."""

import copy
import time
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import now

from accounts.models import User
from assistants import ports, scoring, tasks
from assistants.enums import Currency, EvaluationStatus, Outcome
from assistants.errors import AlreadyRunning, ModelFailed, NoModelAvailable, NothingToRun
from assistants.models import (
    Assistant,
    AssistantVersion,
    EvaluationResult,
    EvaluationRun,
    TrainingDataset,
    TrainingExample,
)
from assistants.services.digests import digest_of
from assistants.services.judging import judged
from billing import services as billing
from billing.errors import InsufficientFunds
from billing.models import BalanceHold
from config.errors import ProviderError

log = structlog.get_logger(__name__)

MAX_EXAMPLES: Final = 1_000
SLICE_SECONDS: Final = 25.0  # how long one run may keep a worker before others get their turn
NOTHING: Final = Decimal(0)


@transaction.atomic
def start_run(
    dataset: TrainingDataset, version: AssistantVersion, *, by: User | None, use_judge: bool = False
) -> EvaluationRun:
    """Queue a set's approved examples for a version.

    Raises:
        NothingToRun: no example is approved.
        AlreadyRunning: the same is under way.
    """
    examples = list(dataset.examples.approved().order_by("pk").values_list("pk", flat=True)[:MAX_EXAMPLES])
    if not examples:
        raise NothingToRun(name=dataset.name)
    assistant = Assistant.objects.get(pk=version.assistant_id)
    try:
        with transaction.atomic():
            run = EvaluationRun.objects.create(
                tenant_id=dataset.tenant_id,
                dataset=dataset,
                assistant=assistant,
                version=version,
                knowledge_version=assistant.knowledge_version,
                example_ids=examples,
                examples_digest=digest_of(dataset),
                use_judge=use_judge,
                total=len(examples),
                created_by=by,
            )
    except IntegrityError as error:
        raise AlreadyRunning from error
    transaction.on_commit(partial(tasks.evaluate.delay, run_id=run.pk))
    return run


def stop_run(run: EvaluationRun, *, at: datetime) -> None:
    """End a run after the example under way; what is done stays and is paid."""
    unfinished = EvaluationRun.objects.unfinished().filter(pk=run.pk)
    unfinished.update(stop_requested=True)
    unfinished.filter(locked_until=None).update(status=EvaluationStatus.STOPPED, finished_at=at)
    run.refresh_from_db()


def evaluate(run_id: int, *, at: datetime) -> None:
    """Work on a run for a while; a second worker with the same run does nothing."""
    run = EvaluationRun.objects.select_related("dataset", "tenant", "version", "assistant").get(pk=run_id)
    if not run.take(at=at):
        return
    structlog.contextvars.bind_contextvars(evaluation=str(run.uuid))
    until = time.monotonic() + SLICE_SECONDS
    for position, example in _remaining(run):
        if not run.renew(at=now()):
            _leave(run)
            return
        try:
            _run_example(run, position, example)
        except InsufficientFunds:
            _finish(run, EvaluationStatus.FAILED, error_code="no_money")
            return
        if time.monotonic() >= until:
            _come_back(run)
            return
    _finish(run, EvaluationStatus.DONE)


def sweep_runs(*, at: datetime) -> int:
    """Queue lost runs again; return how many."""
    lost = list(EvaluationRun.objects.lost(at=at).values_list("pk", flat=True)[:MAX_EXAMPLES])
    for run_id in lost:
        tasks.evaluate.delay(run_id=run_id)
    return len(lost)


def as_versioned(assistant: Assistant, version: AssistantVersion) -> Assistant:
    """Return the assistant as a version has it, never to be saved."""
    spoken = copy.copy(assistant)
    spoken.system_prompt, spoken.ai_model = version.system_prompt, version.ai_model
    return spoken


def _remaining(run: EvaluationRun) -> list[tuple[int, TrainingExample]]:
    """Return the examples without a result, with their numbers; deleted ones leave the count."""
    done = set(run.results.values_list("position", flat=True))
    found = TrainingExample.objects.of(run.tenant).in_bulk(run.example_ids)
    numbered = [(number, found.get(key)) for number, key in enumerate(run.example_ids, start=1) if number not in done]
    gone = sum(example is None for _, example in numbered)
    total = len(run.example_ids) - gone
    EvaluationRun.objects.filter(pk=run.pk).update(total=total)
    return [(number, example) for number, example in numbered if example is not None]


def _run_example(run: EvaluationRun, position: int, example: TrainingExample) -> None:
    """Answer one example and judge the answer; its price is held meanwhile.

    Raises:
        InsufficientFunds: the balance does not pay for an answer.
    """
    started = time.monotonic()
    key = f"evaluation:{run.uuid}:{position}:{run.locked_until}"  # a lost lease leaves its hold behind
    hold: BalanceHold | None = None
    try:
        given = ports.rehearse(as_versioned(run.assistant, run.version), example.input_text, key=key, at=now())
        hold = given.hold
        result = _judged(run, example, given)
    except (ModelFailed, NoModelAvailable, ProviderError) as failure:
        log.warning("example_failed", error=str(failure))
        result = EvaluationResult(outcome=Outcome.FAILED, passed=False, score=0.0, answer=str(failure))
    except BaseException:
        if hold is not None:
            billing.release(hold, at=now(), reason="crashed")
        raise
    result.seconds = result.seconds or time.monotonic() - started
    result.tenant_id, result.run, result.example, result.position = run.tenant_id, run, example, position
    result.question, result.expected = example.input_text, example.expected_output
    if not _save(run, result, hold) and hold is not None:
        billing.release(hold, at=now(), reason="lost_lease")


def _judged(run: EvaluationRun, example: TrainingExample, given: ports.Rehearsed) -> EvaluationResult:
    took = given.completion
    extra, judging = judged(example, given, tenant=run.tenant, at=now()) if run.use_judge else ((), None)
    verdict = scoring.judge(example, given, extra=extra)
    calls = [call for call in (took, judging) if call is not None]
    costs = [call.cost for call in calls if call.cost is not None]
    return EvaluationResult(
        answer=given.text,
        outcome=Outcome.REFUSED if scoring.is_refusal(given) else Outcome.ANSWERED,
        passed=verdict.passed,
        score=verdict.score,
        checks=verdict.as_json(),
        sources=list(given.sources),
        model_used=took.model if took else "",
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        seconds=took.latency_seconds if took else 0.0,
        cost=sum(costs, NOTHING) if costs else None,
        cost_currency=Currency(took.cost_currency) if took else Currency.USD,
    )


@transaction.atomic
def _save(run: EvaluationRun, result: EvaluationResult, hold: BalanceHold | None) -> bool:
    """Keep the result, count it and take its price, all or nothing; another worker may have the run by now."""
    price = hold.amount if hold else NOTHING
    held = EvaluationRun.objects.unfinished().filter(pk=run.pk, locked_until=run.locked_until)
    counted = {"done_count": F("done_count") + 1, "passed_count": F("passed_count") + int(result.passed)}
    if not held.update(**counted, price=F("price") + price):
        return False
    result.price = price
    result.save(force_insert=True)
    if hold is not None:
        about = f"{run.dataset.name}: {result.question}"[:80]
        billing.capture(hold, at=now(), assistant_id=run.assistant_id, channel="evaluation", description=about)
    return True


def _finish(run: EvaluationRun, status: EvaluationStatus, *, error_code: str = "") -> None:
    EvaluationRun.objects.unfinished().filter(pk=run.pk, locked_until=run.locked_until).update(
        status=status, error_code=error_code, finished_at=now(), locked_until=None
    )


def _leave(run: EvaluationRun) -> None:
    """Stop if somebody asked for it; else the run is another worker's."""
    EvaluationRun.objects.unfinished().filter(pk=run.pk, locked_until=run.locked_until, stop_requested=True).update(
        status=EvaluationStatus.STOPPED, finished_at=now(), locked_until=None
    )


def _come_back(run: EvaluationRun) -> None:
    """Let others have the worker, and queue the rest."""
    freed = EvaluationRun.objects.unfinished().filter(pk=run.pk, locked_until=run.locked_until)
    if freed.update(locked_until=None):
        tasks.evaluate.delay(run_id=run.pk)
