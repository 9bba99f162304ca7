"""Every word of the product is also a Russian word."""

import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import translation

PO = Path(settings.BASE_DIR) / "config/locale/ru/LC_MESSAGES/django.po"
NAMED = re.compile(r"%\((\w+)\)([sdif])|%(?![\s(%])([sdif])")
TOOLS = ("xgettext", "msguniq", "msgmerge", "msgattrib")
NOT_OURS = (".venv", ".otklik", "node_modules", "staticfiles", "build", "tests", "test-results")


@pytest.fixture(scope="module")
def russian() -> Catalog:
    """Read the catalogue as Babel reads it."""
    with PO.open("rb") as file:
        return pofile.read_po(file, abort_invalid=True)


def words_of(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids_of(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def key_of(message: Message) -> tuple[str | None, str]:
    return message.context, ids_of(message)[0]


def messages_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def braces(text: str) -> set[str]:
    """Name the {facts} of a text; a text that is no format string has none."""
    try:
        return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def percents(text: str) -> set[str]:
    return {match.group() for match in NAMED.finditer(text)}


def test_no_message_is_empty_or_fuzzy(russian: Catalog) -> None:
    unready = [message.id for message in messages_of(russian) if message.fuzzy or not all(words_of(message))]

    assert unready == []


def test_every_plural_has_three_forms(russian: Catalog) -> None:
    assert russian.num_plurals == 3
    assert [
        message.id for message in messages_of(russian) if message.pluralizable and len(words_of(message)) != 3
    ] == []


@pytest.mark.parametrize("facts_of", [percents, braces])
def test_translations_name_the_same_facts(russian: Catalog, facts_of) -> None:
    different = [
        (message.id, words)
        for message in messages_of(russian)
        for words in words_of(message)
        if facts_of(words) != facts_of(ids_of(message)[-1])
    ]

    assert different == []


def test_messages_begin_and_end_as_the_original(russian: Catalog) -> None:
    ends = ("…", "?", "!")
    different = [
        message.id
        for message in messages_of(russian)
        for words in words_of(message)
        if words.strip(" ") != words
        or words.startswith("\n") != ids_of(message)[0].startswith("\n")
        or (ids_of(message)[0].endswith(ends) and words[-1] not in ".…?!")
    ]

    assert different == []


def test_the_catalogue_compiles_and_speaks(russian: Catalog, tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-f", "-i", str(PO), "-o", str(compiled)],
        check=True,
        capture_output=True,
    )

    with compiled.open("rb") as file:
        spoken = mofile.read_mo(file)

    assert len(messages_of(spoken)) == len(messages_of(russian))
    assert spoken.get("Knowledge").string == "Знания"


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str | None, str]]:
    """Run makemessages over a copy of the sources and return what they mark."""
    if missing_tools := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"gettext is not installed: {', '.join(missing_tools)}")
    copy = tmp_path_factory.mktemp("makemessages") / "sources"
    shutil.copytree(
        settings.BASE_DIR, copy, ignore=shutil.ignore_patterns(*NOT_OURS, ".git", "*.po", "*.mo", ".*_cache")
    )
    (copy / "config/locale/ru/LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "django", "makemessages", "-l", "ru", "-e", "html,txt,py", "--no-location"),
            *("--settings", "config.settings", "--pythonpath", str(copy), "--verbosity", "0"),
        ],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    with (copy / "config/locale/ru/LC_MESSAGES/django.po").open("rb") as file:
        return {key_of(message) for message in messages_of(pofile.read_po(file))}


def test_every_marked_word_is_in_the_catalogue(russian: Catalog, marked: set[tuple[str | None, str]]) -> None:
    assert sorted(str(key) for key in marked - {key_of(message) for message in messages_of(russian)}) == []


def test_the_catalogue_holds_no_word_that_nobody_says(russian: Catalog, marked: set[tuple[str | None, str]]) -> None:
    assert sorted(str(key) for key in {key_of(message) for message in messages_of(russian)} - marked) == []


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "К разговору подключается Мария."), ("en", "Мария has joined the conversation.")]
)
def test_customers_are_addressed_in_their_language(language: str, said: str) -> None:
    from dialogs import phrases

    assert phrases.say(phrases.JOINED, language=language, name="Мария") == said


def test_counted_words_follow_the_number() -> None:
    with translation.override("ru"):
        counted = [
            translation.ngettext("%(count)s document is being read.", "%(count)s documents are being read.", count)
            % {"count": count}
            for count in (1, 3, 5, 11, 21)
        ]

    assert counted == [
        "Читаем 1 документ.",
        "Читаем 3 документа.",
        "Читаем 5 документов.",
        "Читаем 11 документов.",
        "Читаем 21 документ.",
    ]
