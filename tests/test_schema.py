"""The database is what the maps, the models and the conventions say it is."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models

from tests.sql import execute, rows

ROOT = Path(__file__).parent.parent
CHAIN = ("accounts", "billing", "assistants", "knowledge", "dialogs", "operators", "marketplace")
NAME = re.compile(r"^(pk|fk|uq|ck|ix|idx)_[a-z0-9_]+$")
NAMED_OTHERWISE = {
    # the seeds' names, which other software and their documents know
    "knowledge_embeddings_embedding_cosine_idx": "named by the seeds",
    "knowledge_embeddings_embedding_l2_idx": "named by the seeds",
    "query_embeddings_cache_embedding_cosine_idx": "named by the seeds",
    # named in the migrations of other packages; renaming them would break their later migrations
    "unique_verified_email": "django-allauth",
    "unique_primary_email": "django-allauth",
    "unique_authenticator_type": "django-allauth",
    # column checks that Django adds inline to PositiveIntegerField, unnamed
    "django_admin_log_action_flag_check": "django.contrib.admin",
    "django_celery_beat_periodictask_total_run_count_check": "django-celery-beat",
    "django_celery_beat_periodictask_priority_check": "django-celery-beat",
    "django_celery_beat_periodictask_expire_seconds_check": "django-celery-beat",
}
CROSSING = {("referral_rewards", "payment_id"): "a payment of the tenant that was brought in, not of the one who did"}
APPEND_ONLY = {"audit_log", "balance_transactions", "handoff_audit", "ticket_audit"}


def read(name):
    with (ROOT / "docs" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def our_models():
    return [model for app in CHAIN for model in apps.get_app_config(app).get_models() if model._meta.managed]


OUR_TABLES = sorted({model._meta.db_table for model in our_models()})
ENUM_FIELDS = [
    pytest.param(model._meta.db_table, field.column, id=f"{model._meta.db_table}.{field.column}")
    for model in our_models()
    for field in model._meta.local_fields
    if field.choices and not field.generated
]
DATED = [
    model._meta.db_table
    for model in our_models()
    if "updated_at" in {field.column for field in model._meta.local_fields}
]


@pytest.mark.django_db
def test_every_column_of_the_seeds_has_its_place():
    columns = set(
        rows("SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'")
    )

    homeless = [
        f"{line['seed']}.{line['seed_table']}.{line['seed_column']} -> {line['table']}.{line['column']}"
        for line in read("schema_map.csv")
        if line["table"] != "-" and (line["table"], line["column"]) not in columns
    ]

    assert homeless == []


def test_a_column_without_a_place_says_why():
    assert [line for line in read("schema_map.csv") if line["table"] == "-" and not line["note"]] == []


@pytest.mark.django_db
def test_the_map_names_the_app_that_owns_the_table():
    owner = {model._meta.db_table: model._meta.app_label for model in our_models()}

    assert [
        line for line in read("schema_map.csv") if line["table"] != "-" and owner.get(line["table"]) != line["app"]
    ] == []


@pytest.mark.django_db
def test_every_index_of_the_seeds_is_served_by_a_valid_one():
    valid = dict(
        rows(
            "SELECT i.relname::text, t.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "JOIN pg_class t ON t.oid = x.indrelid WHERE x.indisvalid AND x.indisready"
        )
    )

    assert [line for line in read("indexes.csv") if valid.get(line["index"]) != line["table"]] == []


@pytest.mark.django_db
def test_every_index_is_valid():
    assert rows("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)") == []


@pytest.mark.django_db
def test_no_two_indexes_of_a_table_are_the_same():
    twins = rows(
        "SELECT t.relname::text, array_agg(i.relname::text ORDER BY i.relname) FROM pg_index x "
        "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
        "WHERE t.relname = ANY(%s) GROUP BY t.relname, x.indkey, x.indclass, x.indoption, x.indisunique, "
        "pg_get_expr(x.indexprs, x.indrelid), pg_get_expr(x.indpred, x.indrelid) HAVING count(*) > 1",
        OUR_TABLES,
    )

    assert twins == []


@pytest.mark.django_db
def test_every_constraint_and_index_is_named_by_the_convention():
    named = rows(
        "SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' "
        "UNION SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'"
    )

    assert {name for (name,) in named if not NAME.match(name)} - NAMED_OTHERWISE.keys() == set()


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)  # exits when they do not


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "column"), ENUM_FIELDS)
def test_the_database_refuses_a_word_that_no_enum_knows(table, column):
    (kind,) = rows(
        "SELECT data_type::text FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
        table,
        column,
    )[0]
    _make_probe(table)

    with pytest.raises(IntegrityError) as refused:
        execute(f'INSERT INTO probe ("{column}") VALUES (%s)', -32_000 if kind in {"smallint", "integer"} else "?")

    constraint = refused.value.__cause__.diag.constraint_name
    definition = rows("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s LIMIT 1", constraint)
    assert constraint.startswith("ck_")
    assert column in definition[0][0]


def _make_probe(table):
    """Make a copy of ``table`` with its checks, where every column may be left out."""
    execute(f'CREATE TEMP TABLE probe (LIKE "{table}" INCLUDING CONSTRAINTS) ON COMMIT DROP')
    for (column,) in rows(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'probe'::regclass AND attnum > 0 AND attnotnull"
    ):
        execute(f'ALTER TABLE probe ALTER COLUMN "{column}" DROP NOT NULL')


@pytest.mark.django_db
@pytest.mark.parametrize("table", DATED)
def test_updated_at_is_kept_by_a_trigger(table):
    calls = rows(
        "SELECT p.proname::text, t.tgenabled::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgrelid = %s::regclass AND p.proname = 'touch_updated_at'",
        table,
    )

    assert calls == [("touch_updated_at", "O")]


@pytest.mark.django_db
def test_what_is_kept_for_ever_is_kept_by_triggers():
    guarded = rows(
        "SELECT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgname LIKE 'tg\\_%%\\_no\\_truncate' AND t.tgenabled = 'O'"
    )

    assert {table for (table,) in guarded} >= APPEND_ONLY


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_what_is_kept_for_ever_cannot_be_truncated(table):
    with pytest.raises(IntegrityError):
        execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_rows_of_one_tenant_cannot_point_into_another():
    """Every reference between two owned tables is also one of (tenant_id, id)."""
    guarded = {
        (table, column)
        for table, columns in rows(
            "SELECT conrelid::regclass::text, array(SELECT a.attname::text "
            "FROM unnest(c.conkey) WITH ORDINALITY k(n, o) "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o) "
            "FROM pg_constraint c WHERE contype = 'f' AND cardinality(conkey) = 2"
        )
        for column in columns
        if columns[0] == "tenant_id" and column != "tenant_id"
    }
    owned = {model for model in our_models() if _has_tenant(model)}
    references = {
        (model._meta.db_table, field.column)
        for model in owned
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in owned
    }

    assert references - guarded - CROSSING.keys() == set()


def _has_tenant(model):
    return any(field.column == "tenant_id" and not field.null for field in model._meta.local_fields)


PHOTOGRAPH = """
SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
   AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
ORDER BY 1, 2, 3
"""
THERE_AND_BACK = f"""
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection

def photograph():
    with connection.cursor() as cursor:
        cursor.execute({PHOTOGRAPH!r})
        return cursor.fetchall()

call_command("migrate", verbosity=0)
before = photograph()
for app in reversed({CHAIN!r}):
    call_command("migrate", app, "zero", verbosity=0)
    left = set(connection.introspection.table_names()) & {{
        model._meta.db_table for model in apps.get_app_config(app).get_models()
    }}
    assert not left, (app, left)
call_command("migrate", verbosity=0)
after = photograph()
assert before == after, sorted(set(before) ^ set(after))[:20]
print(len(before), "things stand as before")
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.django_db(transaction=True)
def test_every_app_migrates_to_zero_and_forward_again_to_the_same_schema():
    name = f"{connection.settings_dict['NAME']}_scratch"[-60:]
    parameters = connection.settings_dict
    host = f"{parameters['HOST']}:{parameters['PORT']}" if parameters["PORT"] else parameters["HOST"]
    password = f":{parameters['PASSWORD']}" if parameters["PASSWORD"] else ""
    address = f"postgresql://{parameters['USER']}{password}@{host.replace('/', '%2F')}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        done = subprocess.run(
            [sys.executable, "-c", THERE_AND_BACK],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
            timeout=380,
            check=False,
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    assert done.returncode == 0, done.stderr[-3000:]
    assert "stand as before" in done.stdout
