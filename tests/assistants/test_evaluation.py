"""Sets put to versions of an assistant: what it costs, what stops it, what it proves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from assistants import services
from assistants.enums import EvaluationStatus, ExampleStatus, Outcome
from assistants.errors import AlreadyRunning, NotGreen, NothingToRun, PublishingGuarded
from assistants.models import EvaluationRun, TrainingExample
from assistants.services import evaluating
from billing import services as billing
from billing.models import Balance, BalanceTransaction
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import DatasetFactory, ExampleFactory
from tests.factories.knowledge import learned

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN, OTHER, UNKNOWN = "Сколько стоит курьер?", "Можно ли вернуть одежду?", "Вы чините ноутбуки в Риме?"


@pytest.fixture(autouse=True)
def sleeping_workers(monkeypatch):
    from celery.app.task import Task

    queued = []
    monkeypatch.setattr(
        Task, "apply_async", lambda self, args=None, kwargs=None, **options: queued.append((self.name, kwargs))
    )
    return queued


@pytest.fixture
def assistant(embedded):
    tenant = TenantFactory()
    billing.top_up(tenant, amount=Decimal(100), key="start", at=now())
    made = services.create_assistant(tenant, by=None, name="Стеша", system_prompt="Отвечай коротко.")
    for title, text in (
        ("Доставка по России", "# Доставка\n\nКурьер СДЭК стоит 490 рублей и приезжает за два дня."),
        ("Возврат и обмен", "# Возврат\n\nОдежду можно вернуть в течение 30 дней, если сохранены бирки."),
    ):
        learned(tenant, text, assistant=made, title=title)
    return made


@pytest.fixture
def dataset(assistant):
    made = DatasetFactory(tenant=assistant.tenant, assistant=assistant, name="Главное")
    approved = {"status": ExampleStatus.APPROVED, "approved_at": now(), "expected_output": ""}
    ExampleFactory(
        dataset=made, input_text=KNOWN, expected_facts=["490 рублей"], expected_source="Доставка", **approved
    )
    ExampleFactory(dataset=made, input_text=OTHER, expected_facts=["30 дней"], **approved)
    ExampleFactory(dataset=made, input_text=UNKNOWN, must_refuse=True, **approved)
    ExampleFactory(dataset=made, input_text="Черновик?")
    return made


def run_of(dataset, version):
    run = services.start_run(dataset, version, by=None)
    evaluating.evaluate(run.pk, at=now())
    run.refresh_from_db()
    return run


def test_a_run_answers_every_approved_example_and_pays_for_answers_only(assistant, dataset):
    run = run_of(dataset, assistant.versions.get())

    results = {result.question: result for result in run.results.all()}
    assert (run.status, run.total, run.done_count, run.passed_count) == (EvaluationStatus.DONE, 3, 3, 3)
    assert run.is_green
    assert "490" in results[KNOWN].answer
    assert results[KNOWN].sources[0]["title"].startswith("Доставка")
    assert results[KNOWN].model_used == "otklik-quote-1"
    assert results[UNKNOWN].outcome == Outcome.REFUSED
    paid = [result.price for result in results.values()]
    entries = BalanceTransaction.objects.filter(tenant=assistant.tenant, transaction_type="ai_message")
    assert run.price == sum(paid) == -sum(entry.amount for entry in entries) > 0
    assert results[UNKNOWN].price == 0
    assert Balance.objects.get(tenant=assistant.tenant).held == 0


def test_a_run_tells_what_is_wrong(assistant, dataset):
    example = dataset.examples.get(input_text=KNOWN)
    services.change_example(example, expected_facts=["590 рублей"])

    run = run_of(dataset, assistant.versions.get())

    failed = run.results.get(passed=False)
    assert failed.question == KNOWN
    assert {"rule": "fact", "wanted": "590 рублей", "passed": False, "found": ""} in failed.checks
    assert not run.is_green


def test_a_run_speaks_with_the_words_of_its_version(assistant, dataset, embedded):
    draft = services.draft_version(assistant, by=None, system_prompt="Ты — капитан.", ai_model="")

    run_of(dataset, draft)

    systems = [
        entry["payload"]["messages"][0]["content"] for entry in embedded.journal() if "messages" in entry["payload"]
    ]
    assert systems
    assert all(system.startswith("Ты — капитан.") for system in systems)
    assistant.refresh_from_db()
    assert assistant.system_prompt == "Отвечай коротко."


def test_nothing_runs_without_approved_examples_nor_twice_at_once(assistant, dataset):
    version = assistant.versions.get()
    services.start_run(dataset, version, by=None)

    with pytest.raises(AlreadyRunning):
        services.start_run(dataset, version, by=None)
    with pytest.raises(NothingToRun):
        services.start_run(DatasetFactory(tenant=assistant.tenant), version, by=None)


def test_an_empty_balance_ends_the_run_and_says_so(assistant, dataset):
    Balance.objects.filter(tenant=assistant.tenant).update(balance=0)

    run = run_of(dataset, assistant.versions.get())

    assert (run.status, run.error_code, run.done_count) == (EvaluationStatus.FAILED, "no_money", 0)
    assert run.finished_at


def test_a_failing_provider_costs_nothing_and_fails_the_example(assistant, dataset, embedded):
    embedded.fail("status", status=500)

    run = run_of(dataset, assistant.versions.get())

    assert run.status == EvaluationStatus.DONE
    assert {result.outcome for result in run.results.filter(passed=False)} == {Outcome.FAILED}
    assert run.price == 0
    assert Balance.objects.get(tenant=assistant.tenant).balance == Decimal(100)


def test_a_run_shares_the_worker_and_comes_back(assistant, dataset, monkeypatch, sleeping_workers):
    monkeypatch.setattr(evaluating, "SLICE_SECONDS", 0.0)
    run = run_of(dataset, assistant.versions.get())
    assert (run.status, run.done_count, run.locked_until) == (EvaluationStatus.RUNNING, 1, None)
    assert sleeping_workers[-1] == ("assistants.tasks.evaluate", {"run_id": run.pk})

    for _ in range(3):
        evaluating.evaluate(run.pk, at=now())

    run.refresh_from_db()
    assert (run.status, run.done_count) == (EvaluationStatus.DONE, 3)
    assert run.results.count() == 3


def test_of_two_workers_one_gets_the_run_and_a_lost_lease_is_found(assistant, dataset, sleeping_workers):
    run = services.start_run(dataset, assistant.versions.get(), by=None)
    assert run.take(at=now())
    evaluating.evaluate(run.pk, at=now())
    assert run.results.count() == 0

    later = now() + timedelta(minutes=5)
    assert evaluating.sweep_runs(at=now()) == 0
    assert evaluating.sweep_runs(at=later) == 1
    evaluating.evaluate(run.pk, at=later)

    run.refresh_from_db()
    assert run.status == EvaluationStatus.DONE


def test_a_stopped_run_keeps_what_is_done(assistant, dataset, monkeypatch):
    monkeypatch.setattr(evaluating, "SLICE_SECONDS", 0.0)
    run = run_of(dataset, assistant.versions.get())

    services.stop_run(run, at=now())
    evaluating.evaluate(run.pk, at=now())

    run.refresh_from_db()
    assert (run.status, run.done_count) == (EvaluationStatus.STOPPED, 1)


def test_an_example_deleted_on_the_way_leaves_the_count(assistant, dataset, monkeypatch):
    monkeypatch.setattr(evaluating, "SLICE_SECONDS", 0.0)
    run = run_of(dataset, assistant.versions.get())
    TrainingExample.objects.filter(input_text=UNKNOWN).delete()

    for _ in range(3):
        evaluating.evaluate(run.pk, at=now())

    run.refresh_from_db()
    assert (run.status, run.done_count, run.total) == (EvaluationStatus.DONE, 2, 2)


def test_a_guarded_assistant_changes_by_green_versions_only(assistant, dataset):
    services.change_dataset(dataset, is_required=True)
    with pytest.raises(PublishingGuarded):
        services.change_assistant(assistant, by=None, system_prompt="Иначе.")
    services.change_assistant(assistant, by=None, greeting="Привет!")
    draft = services.draft_version(assistant, by=None, system_prompt="Иначе.", ai_model="", note="короче")
    with pytest.raises(NotGreen):
        services.publish_version(draft, by=None, at=now())

    run_of(dataset, draft)
    services.publish_version(draft, by=None, at=now())

    assistant.refresh_from_db()
    assert assistant.system_prompt == "Иначе."
    assert services.version_in_force(assistant) == draft


def test_a_green_run_proves_nothing_once_the_set_has_changed(assistant, dataset):
    services.change_dataset(dataset, is_required=True)
    draft = services.draft_version(assistant, by=None, system_prompt="Иначе.", ai_model="")
    run_of(dataset, draft)
    services.change_example(dataset.examples.get(input_text=OTHER), expected_facts=["300 дней"])

    with pytest.raises(NotGreen):
        services.publish_version(draft, by=None, at=now())


def test_what_was_in_force_once_comes_back_without_new_proof(assistant, dataset):
    services.change_assistant(assistant, by=None, system_prompt="Второе.")
    services.change_dataset(dataset, is_required=True)

    services.restore_version(assistant.versions.get(number=1), by=None, at=now())

    assistant.refresh_from_db()
    assert assistant.system_prompt == "Отвечай коротко."
    in_force = services.version_in_force(assistant)
    assert (in_force.number, in_force.restored_from.number) == (3, 1)


def test_negative_control_without_the_lease_two_workers_would_answer_twice(assistant, dataset, monkeypatch):
    monkeypatch.setattr(EvaluationRun, "take", lambda self, *, at: True)
    run = services.start_run(dataset, assistant.versions.get(), by=None)
    EvaluationRun.objects.filter(pk=run.pk).update(locked_until=now() + timedelta(minutes=2))

    evaluating.evaluate(run.pk, at=now())

    assert run.results.count() == 3
