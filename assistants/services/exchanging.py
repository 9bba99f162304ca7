"""Sets as files: our own lines, OpenAI's fine-tuning lines, and tables."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assistants.enums import ExampleStatus
from assistants.errors import ImportRefused, NotForTuning
from assistants.models import TrainingDataset, TrainingExample
from assistants.services.examples import add_example, clean_lines
from config.modelserver import tokens

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_EXAMPLES: Final = 2_000
MAX_TEXT: Final = 20_000
FEWEST_FOR_TUNING: Final = 10  # OpenAI refuses smaller files
MOST_TOKENS: Final = 65_536  # of one example; longer ones are cut by OpenAI
KEYS: Final = {
    "question": "input_text",
    "answer": "expected_output",
    "facts": "expected_facts",
    "forbidden": "forbidden_phrases",
    "source": "expected_source",
    "must_refuse": "must_refuse",
    "language": "language_code",
    "tags": "tags",
}
LISTS: Final = {"facts", "forbidden", "tags"}
TRUE: Final = {"1", "true", "yes", "да"}


def export_examples(dataset: TrainingDataset) -> Iterator[str]:
    """Yield all examples as JSON lines that ``import_examples`` reads back."""
    for example in dataset.examples.order_by("pk").iterator():
        row = {key: getattr(example, field) for key, field in KEYS.items()}
        yield json.dumps({**row, "status": example.status}, ensure_ascii=False) + "\n"


def export_for_tuning(dataset: TrainingDataset, *, system_prompt: str) -> str:
    """Return the approved examples in OpenAI's fine-tuning format for chat models.

    Raises:
        NotForTuning: OpenAI would refuse the file; the reason names the example.
    """
    examples = [e for e in dataset.examples.approved().order_by("pk") if not e.must_refuse or e.expected_output]
    if len(examples) < FEWEST_FOR_TUNING:
        reason = _("at least %(needed)d approved examples are needed, there are %(count)d")
        raise NotForTuning(reason=reason % {"needed": FEWEST_FOR_TUNING, "count": len(examples)})
    return "".join(_tuning_line(example, system_prompt) for example in examples)


def _tuning_line(example: TrainingExample, system_prompt: str) -> str:
    turns = [("system", system_prompt), ("user", example.input_text), ("assistant", example.expected_output)]
    messages = [{"role": role, "content": content.strip()} for role, content in turns if content.strip()]
    if [message["role"] for message in messages][-2:] != ["user", "assistant"]:
        raise NotForTuning(reason=_("“%(question)s” has no right answer") % {"question": example.input_text[:60]})
    if tokens.count_messages([message["content"] for message in messages]) > MOST_TOKENS:
        raise NotForTuning(reason=_("“%(question)s” is too long") % {"question": example.input_text[:60]})
    return json.dumps({"messages": messages}, ensure_ascii=False) + "\n"


@transaction.atomic
def import_examples(dataset: TrainingDataset, *, filename: str, content: bytes, by: User | None, at: datetime) -> int:
    """Add the examples of a file, all or none; return how many were new.

    Reads our own JSON lines, OpenAI's fine-tuning lines, and CSV with the
    columns question, answer, facts, forbidden, source, must_refuse, language.

    Raises:
        ImportRefused: a line cannot be read; nothing was added.
    """
    if len(content) > MAX_BYTES:
        raise ImportRefused(line=0, reason=_("The file is larger than 5 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(line=0, reason=_("The file is not UTF-8 text.")) from error
    rows = _from_csv(text) if filename.lower().endswith(".csv") else _from_lines(text)
    known = set(dataset.examples.values_list("input_text", "expected_output"))
    added = 0
    for line, row in rows:
        fields, is_approved = _checked(line, row)
        if (fields["input_text"], fields.get("expected_output", "")) in known:
            continue
        known.add((fields["input_text"], fields.get("expected_output", "")))
        add_example(dataset, by=by, at=at, is_approved=is_approved, **fields)
        added += 1
        if added > MAX_EXAMPLES:
            raise ImportRefused(
                line=line, reason=_("There are more than %(count)d examples.") % {"count": MAX_EXAMPLES}
            )
    return added


def _from_lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ImportRefused(line=number, reason=_("This is not JSON.")) from error
        if not isinstance(row, dict):
            raise ImportRefused(line=number, reason=_("This is not a JSON object."))
        yield number, _from_messages(number, row["messages"]) if "messages" in row else row


def _from_messages(line: int, messages: Any) -> dict[str, Any]:
    """Take the last question and its answer; what was said before them is left out."""
    turns = [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    answers = [at for at, m in enumerate(turns) if m.get("role") == "assistant"]
    if not answers or answers[-1] == 0 or turns[answers[-1] - 1].get("role") != "user":
        raise ImportRefused(line=line, reason=_("There is no question followed by an answer."))
    last = answers[-1]
    return {"question": turns[last - 1].get("content"), "answer": turns[last].get("content")}


def _from_csv(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel  # type: ignore[assignment]  # a dialect as well
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    if "question" not in (reader.fieldnames or []):
        raise ImportRefused(line=1, reason=_("There is no column “question”."))
    try:
        for row in reader:
            given = {key: value for key, value in row.items() if key in KEYS and value}
            lists = {key: given[key].split(";") for key in LISTS & given.keys()}
            flags = {"must_refuse": given.get("must_refuse", "").strip().lower() in TRUE}
            yield reader.line_num, {**given, **lists, **flags}
    except csv.Error as error:
        raise ImportRefused(line=reader.line_num, reason=str(error)) from error


def _checked(line: int, row: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    fields: dict[str, Any] = {}
    for key, field in KEYS.items():
        value = row.get(key)
        if value in (None, ""):
            continue
        fields[field] = _value(line, key, value)
    if not fields.get("input_text", "").strip():
        raise ImportRefused(line=line, reason=_("There is no question."))
    return fields, row.get("status") == ExampleStatus.APPROVED


def _value(line: int, key: str, value: Any) -> Any:
    refusal = ImportRefused(line=line, reason=_("“%(key)s” cannot be read.") % {"key": key})
    if key in LISTS:
        try:
            return clean_lines(value if isinstance(value, list) else [value])
        except ValidationError as error:
            raise refusal from error
    if key == "must_refuse":
        return bool(value)
    longest = MAX_TEXT if key in ("question", "answer") else 10 if key == "language" else 255
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise refusal
    return value.strip()
