"""The shape of the codebase, held by tests rather than by memory."""

import ast
import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
CHAIN = ("accounts", "billing", "assistants", "knowledge", "dialogs", "operators", "marketplace")  # lowest first
PACKAGES = ("config", *CHAIN)
PUBLIC = {"models", "services", "reports", "ports", "enums", "errors", "signals"}
ALSO_PUBLIC = {  # parts that are a thing of their own, with the reason to share them
    "accounts": {"secrets", "pages", "letters"},  # the one place that encrypts; what every page starts from; mail
    "assistants": {"door"},  # the one place that calls a model
    "knowledge": {"search", "extraction"},  # the one place that finds passages; that opens strangers' files
    # what customers are told, in one voice; what open sockets hear; which files a channel takes
    "dialogs": {"phrases", "events", "allowances"},
}
ALLOWED_NAMES = PUBLIC | {
    "__init__", "providers", "tasks", "receivers", "admin", "api", "consumers", "routing", "views", "urls", "forms",
    "middleware", "adapters", "context_processors", "templatetags", "management", "apps", "migrations",
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc", "selectors"}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
MODULES = [
    path for package in PACKAGES for path in sorted(ROOT.glob(f"{package}/**/*.py")) if "migrations" not in path.parts
]
FILES = [*MODULES, *sorted(ROOT.glob("tests/**/*.py"))]
REASONED_NOQA = re.compile(r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* -- \S")
REASONED_IGNORE = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \S")


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def imports():
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if importer.split(".")[0] != imported.split(".")[0]
    }


def test_apps_meet_only_at_their_public_modules(imports):
    trespasses = {
        (importer, imported)
        for importer, imported in imports
        if importer.split(".")[0] in CHAIN and imported.split(".")[0] in CHAIN
        if [*imported.split("."), "models"][1] not in PUBLIC | ALSO_PUBLIC.get(imported.split(".")[0], set())
    }
    assert trespasses == set()


def test_apps_import_downwards(imports):
    rank = {app: position for position, app in enumerate(CHAIN)}
    upward = {
        (importer, imported)
        for importer, imported in imports
        if rank.get(importer.split(".")[0], len(CHAIN)) < rank.get(imported.split(".")[0], -1)
    }
    assert upward == set()


def test_foreign_keys_point_down_the_chain_and_leave_no_name_above():
    rank = {label: position for position, label in enumerate(CHAIN)}
    keys = [
        field
        for model in apps.get_models()
        if model._meta.app_label in rank
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.remote_field
    ]
    upward = {
        str(field)
        for field in keys
        if rank.get(field.related_model._meta.app_label, -1) > rank[field.model._meta.app_label]
    }
    named = {
        str(field)
        for field in keys
        if field.related_model._meta.app_label in rank
        and field.related_model._meta.app_label != field.model._meta.app_label
        and not field.remote_field.hidden
    }
    assert (upward, named) == (set(), set())


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_and_functions_fit_a_screen(path):
    source = path.read_text()
    too_long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert source.count("\n") <= LONGEST_MODULE
    assert too_long == []


def test_no_module_is_a_junk_drawer():
    drawers = {
        relative(path) for path in MODULES if {path.stem, *path.relative_to(ROOT).parent.parts} & FORBIDDEN_NAMES
    }
    assert drawers == set()


@pytest.mark.parametrize("app", CHAIN)
def test_nouns_of_an_app_are_few_and_documented(app):
    """A module with another name than the usual ones is a part of its own: it says what it is."""
    nouns = [
        path / "__init__.py" if path.is_dir() else path
        for path in (ROOT / app).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem not in ALLOWED_NAMES
    ]
    silent = [relative(path) for path in nouns if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_every_suppression_names_a_code_and_a_reason():
    silent = [
        f"{relative(path)}:{number}"
        for path in FILES
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ("# noqa" in line and not REASONED_NOQA.search(line))
        or ("# type: ignore" in line and not REASONED_IGNORE.search(line))
    ]
    assert silent == []


def test_migrations_import_no_app():
    trespasses = [
        relative(path)
        for app in CHAIN
        for path in (ROOT / app / "migrations").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in CHAIN
    ]
    assert trespasses == []
