"""Sets, runs and versions on pages, in files and over the API."""

import json

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from assistants import ports, services
from assistants.enums import EvaluationStatus, ExampleStatus
from assistants.errors import ImportRefused, NotForTuning
from assistants.models import EvaluationResult, EvaluationRun, TrainingDataset
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.assistants import AssistantFactory, DatasetFactory, ExampleFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def assistant(tenant):
    return services.create_assistant(tenant, by=None, name="Стеша", system_prompt="Отвечай коротко.")


@pytest.fixture
def dataset(assistant):
    return DatasetFactory(tenant=assistant.tenant, assistant=assistant)


@pytest.fixture
def admin(tenant, browser_of):
    return browser_of(tenant.owner)


def approved(dataset, **fields):
    return ExampleFactory(dataset=dataset, status=ExampleStatus.APPROVED, approved_at=now(), **fields)


def result_of(run, position=1, **fields):
    values = {"question": "Сколько?", "answer": "490", "outcome": "answered", "passed": True, "score": 1.0, **fields}
    return EvaluationResult.objects.create(tenant=run.tenant, run=run, position=position, **values)


def test_an_administrator_makes_a_set_and_writes_examples(admin, assistant):
    made = admin.post(reverse("evaluation", args=[assistant.uuid]), {"name": "Доставка"})
    dataset = TrainingDataset.objects.get()
    assert made.url == reverse("dataset", args=[dataset.uuid])

    form = {"input_text": "Сколько?", "expected_facts": "490 рублей\n490 ₽\n", "language_code": "ru"}
    admin.post(reverse("new_example", args=[dataset.uuid]), form)

    example = dataset.examples.get()
    assert (example.expected_facts, example.status) == (["490 рублей", "490 ₽"], ExampleStatus.APPROVED)
    assert "490 рублей" in admin.get(made.url).content.decode()


def test_an_example_without_any_rule_is_refused(admin, dataset):
    response = admin.post(
        reverse("new_example", args=[dataset.uuid]), {"input_text": "Сколько?", "language_code": "ru"}
    )

    assert response.status_code == 422
    assert not dataset.examples.exists()


def test_a_viewer_looks_and_changes_nothing(tenant, dataset, browser_of):
    example = ExampleFactory(dataset=dataset)
    viewer = browser_of(MembershipFactory(tenant=tenant, role=Role.USER).user)

    assert viewer.get(reverse("dataset", args=[dataset.uuid])).status_code == 200
    assert viewer.get(reverse("evaluation", args=[dataset.assistant.uuid])).status_code == 200
    assert viewer.post(reverse("judge_examples", args=[dataset.uuid]), {"verb": "delete"}).status_code == 403
    assert viewer.post(reverse("evaluation", args=[dataset.assistant.uuid]), {"name": "x"}).status_code == 200
    assert TrainingDataset.objects.count() == 1
    example.refresh_from_db()


def test_examples_are_approved_rejected_and_deleted_in_one_go(admin, dataset):
    one, two, three = ExampleFactory.create_batch(3, dataset=dataset)
    address = reverse("judge_examples", args=[dataset.uuid])

    admin.post(address, {"verb": "approved", "example": [one.uuid, two.uuid, "nonsense"]})
    admin.post(address, {"verb": "rejected", "example": [two.uuid]})
    admin.post(address, {"verb": "delete", "example": [three.uuid]})

    assert list(dataset.examples.order_by("pk").values_list("status", flat=True)) == ["approved", "rejected"]


def test_a_file_goes_out_and_comes_back(dataset, assistant):
    approved(dataset, input_text="Сколько?", expected_output="490 ₽", expected_facts=["490"], tags=["x"])
    ExampleFactory(dataset=dataset, input_text="Кто президент?", expected_output="", must_refuse=True)
    other = DatasetFactory(tenant=dataset.tenant)
    content = "".join(services.export_examples(dataset)).encode()

    first = services.import_examples(other, filename="a.jsonl", content=content, by=None, at=now())
    again = services.import_examples(other, filename="a.jsonl", content=content, by=None, at=now())

    assert (first, again) == (2, 0)
    back = other.examples.order_by("pk")
    assert [(e.input_text, e.expected_facts, e.must_refuse, e.status, e.tags) for e in back] == [
        ("Сколько?", ["490"], False, "approved", ["x"]),
        ("Кто президент?", [], True, "draft", []),
    ]


def test_openai_lines_and_tables_are_read(dataset):
    lines = json.dumps(
        {
            "messages": [
                {"role": "system", "content": "x"},
                {"role": "user", "content": "Сколько?"},
                {"role": "assistant", "content": "490"},
            ]
        }
    )
    table = "question;answer;facts;must_refuse\nКогда?;Завтра;завтра;\nКто?;;;да\n"

    assert services.import_examples(dataset, filename="a.jsonl", content=lines.encode(), by=None, at=now()) == 1
    assert services.import_examples(dataset, filename="a.csv", content=table.encode(), by=None, at=now()) == 2
    assert list(dataset.examples.order_by("pk").values_list("input_text", "expected_output", "must_refuse")) == [
        ("Сколько?", "490", False),
        ("Когда?", "Завтра", False),
        ("Кто?", "", True),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"question": "x"}\n{broken'),
        ("a.jsonl", b"[1]"),
        ("a.jsonl", b'{"answer": "x"}'),
        ("a.jsonl", b'{"question": 5}'),
        ("a.jsonl", b'{"messages": [{"role": "assistant", "content": "x"}]}'),
        ("a.jsonl", b"\xff\xfe\x00"),
        ("a.jsonl", b"[" * 100_000),
        ("a.csv", "вопрос,ответ\n1,2\n".encode()),
    ],
)
def test_a_bad_file_is_refused_whole(dataset, name, content):
    with pytest.raises(ImportRefused):
        services.import_examples(dataset, filename=name, content=content, by=None, at=now())

    assert not dataset.examples.exists()


def test_fine_tuning_wants_ten_examples_with_answers(dataset):
    for number in range(9):
        approved(dataset, input_text=f"Вопрос {number}?", expected_output="Да.")
    with pytest.raises(NotForTuning):
        services.export_for_tuning(dataset, system_prompt="")
    approved(dataset, input_text="Вопрос 10?", expected_output="")
    with pytest.raises(NotForTuning, match="10"):
        services.export_for_tuning(dataset, system_prompt="")
    dataset.examples.filter(expected_output="").update(expected_output="Нет.")

    rows = [json.loads(line) for line in services.export_for_tuning(dataset, system_prompt="Кратко.").splitlines()]

    assert len(rows) == 10
    assert rows[0]["messages"] == [
        {"role": "system", "content": "Кратко."},
        {"role": "user", "content": "Вопрос 0?"},
        {"role": "assistant", "content": "Да."},
    ]


def test_answers_are_taken_out_of_dialogs_once(admin, dataset, monkeypatch):
    found = [
        ports.Found(
            question="Сколько?", answer="490 рублей", reason="liked", dialog=dataset.uuid, seq=2, facts=["490 рублей"]
        )
    ]
    monkeypatch.setattr(ports.fulfilled, "find_examples", lambda assistant, *, since, limit: found)
    form = {"assistant": dataset.assistant.pk, "days": "30"}

    for _ in range(2):
        admin.post(reverse("collect_examples", args=[dataset.uuid]), form)

    example = dataset.examples.get()
    assert (example.status, example.tags, example.expected_facts) == ("draft", ["liked"], ["490 рублей"])


def test_a_draft_is_compared_published_and_rolled_back(admin, assistant):
    written = admin.post(
        reverse("draft_version", args=[assistant.uuid]), {"system_prompt": "Отвечай подробно.", "note": "подробнее"}
    )
    shown = admin.get(written.url).content.decode()
    assert "<del>коротко</del><ins>подробно</ins>" in shown

    admin.post(reverse("publish_version", args=[assistant.uuid, 2]))
    assistant.refresh_from_db()
    assert assistant.system_prompt == "Отвечай подробно."

    admin.post(reverse("restore_assistant", args=[assistant.uuid, 1]))
    assistant.refresh_from_db()
    assert assistant.system_prompt == "Отвечай коротко."
    assert admin.get(reverse("assistant_versions", args=[assistant.uuid])).status_code == 200


def test_the_form_of_a_guarded_assistant_saves_a_draft(admin, assistant, dataset):
    services.change_dataset(dataset, is_required=True)
    from tests.assistants.test_pages import form_of

    response = admin.post(reverse("assistant", args=[assistant.uuid]), form_of(system_prompt="Иначе.", name="Софья"))

    assistant.refresh_from_db()
    assert (assistant.name, assistant.system_prompt) == ("Софья", "Отвечай коротко.")
    assert response.url == reverse("assistant_version", args=[assistant.uuid, 2])
    refused = admin.post(reverse("publish_version", args=[assistant.uuid, 2]), follow=True)
    assert dataset.name in refused.content.decode()


def test_two_runs_stand_side_by_side_what_got_worse_first(admin, tenant, assistant, dataset):
    before = RunFactory(tenant=tenant, dataset=dataset, assistant=assistant, total=2, done_count=2, passed_count=1)
    after = RunFactory(tenant=tenant, dataset=dataset, assistant=assistant, total=2, done_count=2, passed_count=1)
    good, bad = ExampleFactory.create_batch(2, dataset=dataset)
    result_of(before, 1, example=good, question="Первый?", passed=False, score=0.0)
    result_of(before, 2, example=bad, question="Второй?")
    result_of(after, 1, example=good, question="Первый?")
    result_of(after, 2, example=bad, question="Второй?", passed=False, score=0.5)

    page = admin.get(reverse("compare_runs", args=[after.uuid, before.uuid])).content.decode()

    assert page.index("Второй?") < page.index("Первый?")
    assert admin.get(reverse("evaluation_run", args=[after.uuid])).status_code == 200
    stranger = RunFactory()
    assert admin.get(reverse("compare_runs", args=[after.uuid, stranger.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_number_of_queries_whatever_their_length(
    admin, tenant, assistant, dataset, count, django_assert_max_num_queries
):
    for _ in range(count):
        run = RunFactory(tenant=tenant, dataset=dataset, assistant=assistant, total=1, done_count=1, passed_count=1)
        result_of(run)
        approved(dataset)

    for address, most in (("evaluation", 12), ("assistant_versions", 11)):
        with django_assert_max_num_queries(most):
            admin.get(reverse(address, args=[assistant.uuid]))
    with django_assert_max_num_queries(26):
        admin.get(reverse("dataset", args=[dataset.uuid]))


def test_the_api_makes_sets_examples_and_runs(api, tenant, assistant, monkeypatch):
    client = api(tenant.owner)
    made = client.post("/api/v1/training-datasets/", {"name": "API", "assistant": str(assistant.uuid)})
    assert made.status_code == 201, made.data
    again = client.post("/api/v1/training-datasets/", {"name": "API"})
    assert (again.status_code, again.data["code"]) == (409, "set_taken")

    body = {"dataset": made.data["uuid"], "input_text": "Сколько?", "expected_facts": ["490", "490"]}
    example = client.post("/api/v1/training-examples/", body)
    assert (example.status_code, example.data["expected_facts"], example.data["status"]) == (201, ["490"], "draft")
    order = {"dataset": made.data["uuid"], "assistant": str(assistant.uuid)}
    assert client.post("/api/v1/evaluation-runs/", order).data["code"] == "nothing_to_run"

    client.post(f"/api/v1/training-examples/{example.data['uuid']}/judge/", {"status": "approved"})
    run = client.post("/api/v1/evaluation-runs/", order)
    assert (run.status_code, run.data["status"], run.data["total"], run.data["version"]) == (201, "queued", 1, 1)
    assert client.post(f"/api/v1/evaluation-runs/{run.data['uuid']}/stop/").data["status"] == EvaluationStatus.STOPPED
    result_of(EvaluationRun.objects.get())
    assert client.get(f"/api/v1/evaluation-runs/{run.data['uuid']}/results/").data["results"][0]["answer"] == "490"


def test_the_api_knows_no_rows_of_others(api, tenant, assistant):
    foreign = AssistantFactory()
    client = api(tenant.owner)

    refused = client.post("/api/v1/training-datasets/", {"name": "x", "assistant": str(foreign.uuid)})
    order = {"dataset": str(DatasetFactory().uuid), "assistant": str(assistant.uuid)}

    assert refused.status_code == 400
    assert client.post("/api/v1/evaluation-runs/", order).status_code == 400


def test_versions_are_drafted_published_and_restored_over_the_api(api, tenant, assistant, dataset):
    services.change_dataset(dataset, is_required=True)
    client, address = api(tenant.owner), f"/api/v1/assistants/{assistant.uuid}/"

    assert client.patch(address, {"system_prompt": "Иначе."}).data["code"] == "publishing_guarded"
    draft = client.post(f"{address}versions/", {"system_prompt": "Иначе.", "note": "проба"})
    assert (draft.status_code, draft.data["number"], draft.data["published_at"]) == (201, 2, None)
    assert client.post(f"{address}versions/2/publish/").data["code"] == "not_green"
    services.change_dataset(dataset, is_required=False)
    assert client.post(f"{address}versions/2/publish/").data["published_at"]
    assert client.post(f"{address}versions/1/restore/").data["system_prompt"] == "Отвечай коротко."
    assert client.post(f"{address}versions/99/publish/").status_code == 404
    assert [row["number"] for row in client.get(f"{address}versions/").data["results"]] == [3, 2, 1]


def test_staff_meet_the_same_guard(browser_of, assistant, dataset):
    services.change_dataset(dataset, is_required=True)
    from tests.factories.accounts import UserFactory

    admin = browser_of(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:assistants_assistant_change", args=[assistant.pk])
    form = {
        "tenant": assistant.tenant_id,
        "name": "Софья",
        "system_prompt": "Иначе.",
        "language_code": "ru",
        "widget_settings": "{}",
        "suggested_questions": "[]",
    }

    response = admin.post(address, form)

    assistant.refresh_from_db()
    assert response.status_code == 302
    assert (assistant.name, assistant.system_prompt) == ("Софья", "Отвечай коротко.")
    assert assistant.versions.filter(published_at=None, system_prompt="Иначе.").exists()


def test_a_judging_model_is_asked_only_where_there_is_a_real_one(tenant, settings):
    from assistants.services.judging import _read

    settings.EMBEDDED_MODEL_URL = "http://127.0.0.1:9/v1"
    assert not services.can_judge(tenant, at=now())
    settings.LLM_API_KEY = "sk-x"
    assert services.can_judge(tenant, at=now())

    good, bad, broken = (
        _read(text) for text in ('Вот: {"score": 0.9, "reason": "верно"}', '{"score": 0.2}', "Хорошо!")
    )
    assert (good.passed, good.found) == (True, "0.9 · верно")
    assert (bad.passed, broken.passed, broken.found) == (False, False, "Хорошо!")
