"""Backups, restores, drills, indexes and health, on the real server."""

import asyncio
import json
import os
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils.timezone import now
from pgvector import Vector

from config.database import backups, indexes, restoring, vectors
from config.database.answers import State, worst
from config.database.health import examine
from config.database.sessions import OperationFailed, parameters, run, session
from knowledge.vectors import binary_cursor
from tests.factories.accounts import TenantFactory
from tests.sql import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.BACKUP_ROOT = tmp_path / "backups"
    return settings.BACKUP_ROOT


def say(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def databases(purpose):
    live = parameters()["dbname"]
    return [name for (name,) in rows("SELECT datname FROM pg_database WHERE datname LIKE %s", f"{live}\\_{purpose}%")]


def make_invalid(name):
    """What a concurrent build leaves when it is interrupted."""
    with session() as opened:
        opened.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])


def is_valid(name):
    return next((index.is_valid for index in indexes.present() if index.name == name), None)


def test_a_backup_has_a_manifest_of_the_same_moment(folder):
    TenantFactory.create_batch(3)

    backup = backups.create(at=now(), keep=5)

    backup.verify()
    assert backups.find(None) == backup
    assert backup.facts.rows["tenants"] == rows("SELECT count(*) FROM tenants")[0][0]
    assert (
        backup.facts.migrations["accounts"]
        == rows("SELECT name FROM django_migrations WHERE app = 'accounts' ORDER BY id DESC LIMIT 1")[0][0]
    )
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (backup.path / "manifest.json").exists()


def test_only_the_newest_backups_stay():
    made = [backups.create(at=now() + timedelta(seconds=second), keep=2) for second in range(3)]

    assert [backup.name for backup in backups.backups()] == [made[2].name, made[1].name]


def test_a_failed_dump_leaves_nothing(folder, monkeypatch):
    monkeypatch.setattr("config.database.sessions.bundled_binaries", lambda: None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(OperationFailed, match=r"pg_dump of PostgreSQL .* is not installed"):
        backups.create(at=now(), keep=2)

    assert list(folder.iterdir()) == []


def test_a_restore_goes_into_a_new_database_and_leaves_the_live_one_alone():
    TenantFactory.create_batch(2)
    backup = backups.create(at=now(), keep=2)
    TenantFactory()
    before = rows("SELECT count(*) FROM tenants")

    name = restoring.restore(backup, at=now())

    with session(name) as restored:
        assert restored.execute("SELECT count(*) FROM tenants").fetchone() == (before[0][0] - 1,)
    assert rows("SELECT count(*) FROM tenants") == before
    restoring.drop_database(name)
    assert databases("restored") == []


def test_a_drill_proves_the_backup_drops_its_database_and_is_remembered():
    TenantFactory()
    say("backup")

    words = say("restore_drill")

    assert "are as they were" in words
    assert databases("drill") == []
    (done,) = restoring.drills()
    assert done.is_passed


def test_a_drill_notices_a_missing_row_and_a_damaged_dump(folder):
    TenantFactory()
    backup = backups.create(at=now(), keep=2)
    manifest = json.loads((backup.path / "manifest.json").read_text())
    manifest["facts"]["rows"]["tenants"] += 1
    (backup.path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CommandError, match="tenants: "):
        say("restore_drill")
    with backup.dump.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"x")
    with pytest.raises(CommandError, match="is damaged"):
        say("restore_drill")

    assert databases("drill") == []
    assert [done.is_passed for done in restoring.drills()] == [False, False]


def test_a_live_database_is_never_dropped_or_silently_replaced():
    live = parameters()["dbname"]
    connection.ensure_connection()

    with pytest.raises(OperationFailed, match="is the live database"):
        restoring.drop_database(live)
    with session(live), pytest.raises(OperationFailed, match="is in use by"):
        restoring.switch_to("whatever", at=now())

    assert rows("SELECT 1") == [(1,)]


@pytest.fixture
def alone():
    """Let no thread of earlier tests keep a connection that a switch would cut under the tests that follow."""

    def forget():
        for kept in connections.all(initialized_only=True):
            kept.in_atomic_block = False
            kept.close()

    asyncio.run(sync_to_async(forget)())


@pytest.mark.usefixtures("alone")
def test_switching_swaps_the_names_and_keeps_what_was_live():
    TenantFactory.create_batch(2)
    expected = rows("SELECT count(*) FROM tenants")
    backup = backups.create(at=now(), keep=2)
    TenantFactory()
    name = restoring.restore(backup, at=now())
    connection.close()

    aside = restoring.switch_to(name, at=now(), disconnects=True)

    assert rows("SELECT count(*) FROM tenants") == expected
    with session(aside) as old:
        assert old.execute("SELECT count(*) FROM tenants").fetchone() == (expected[0][0] + 1,)
    restoring.drop_database(aside)


@pytest.mark.usefixtures("alone")
def test_vectors_are_understood_after_a_switch():
    """The extension of a restored database is another one: its types have other numbers."""

    def distances():
        with binary_cursor() as cursor:
            return cursor.rows("SELECT %(a)s <-> %(b)s", {"a": Vector([1.0, 2.0]), "b": Vector([1.0, 0.0])})

    before = distances()
    name = restoring.restore(backups.create(at=now(), keep=2), at=now())
    connection.close()

    aside = restoring.switch_to(name, at=now(), disconnects=True)

    assert distances() == before == [(2.0,)]
    restoring.drop_database(aside)


def test_restore_explains_how_to_go_on():
    TenantFactory()
    say("backup")

    words = say("restore")

    (name,) = databases("restored")
    assert f"manage.py restore --database {name} --switch" in words
    restoring.drop_database(name)
    with pytest.raises(CommandError, match="There is no backup nowhere"):
        say("restore", "nowhere")


def test_every_promised_index_is_there():
    stock = indexes.take_stock()

    assert stock.missing == []
    assert stock.invalid == []
    assert stock.duplicates == []
    assert len(indexes.promised()) > 10


def test_an_invalid_and_a_missing_index_are_found_and_rebuilt():
    invalid, missing, *_ = sorted(indexes.promised())
    make_invalid(invalid)
    with session() as opened:
        opened.execute(f"DROP INDEX {missing}")
    stock = indexes.take_stock()

    words = say("rebuild_vector_index")

    assert (stock.missing, [index.name for index in stock.invalid]) == ([missing], [invalid])
    assert f"{invalid}: built" in words
    assert f"{missing}: built" in words
    assert indexes.take_stock().is_sound
    assert say("rebuild_vector_index", invalid) == f"{invalid}: rebuilt\n"


def test_what_an_interrupted_rebuild_left_is_dropped():
    name = min(indexes.promised())
    with session() as opened:
        opened.execute(f"CREATE INDEX {name}_ccnew ON tenants (name)")
    make_invalid(f"{name}_ccnew")

    assert indexes.rebuild(f"{name}_ccnew") == "dropped"
    assert is_valid(f"{name}_ccnew") is None


def test_an_unknown_index_and_a_second_builder_are_refused():
    name = min(indexes.promised())

    with pytest.raises(OperationFailed, match="no migration promises one"):
        indexes.rebuild("ix_nothing; DROP TABLE users")
    with session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [indexes.ONE_BUILDER])
        with pytest.raises(OperationFailed, match="Another index is being built"):
            indexes.rebuild(name)


def test_an_interrupted_build_is_replaced_when_the_migration_runs_again():
    name, operation = min(indexes.promised().items())
    make_invalid(name)

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("any", editor, None, None)

    assert is_valid(name)


def test_a_duplicate_index_is_reported():
    with session() as opened:
        opened.execute("CREATE INDEX ix_twin_one ON tenants (name); CREATE INDEX ix_twin_two ON tenants (name)")

    twins = indexes.take_stock().duplicates

    with session() as opened:
        opened.execute("DROP INDEX ix_twin_one, ix_twin_two")
    assert ["ix_twin_one", "ix_twin_two"] in [list(same) for same in twins]


def test_a_graph_serves_one_assistant_and_goes_again():
    collection = vectors.Collection(assistant=42, model="some-model", dims=8, count=1)

    vectors.build(collection)
    built = vectors.graph_indexes()
    words = say("rebuild_vector_index", "--drop", "--assistant", "42")

    assert built == {collection.index: True}
    assert words == f"{collection.index}: dropped\n"
    assert vectors.graph_indexes() == {}
    with pytest.raises(ValueError, match="pk_users"):
        vectors.drop("pk_users")


def test_the_doctor_finds_a_new_database_well(folder):
    say("backup")
    say("restore_drill")

    answers = {answer.name: answer for answer in examine(at=now())}

    assert {
        name: answer.state for name, answer in answers.items() if answer.state in {State.ERROR, State.WARNING}
    } == {}
    assert answers["searches"].state is State.NOTE
    assert worst(list(answers.values())) is State.NOTE


def test_the_doctor_says_what_is_wrong_and_ends_with_a_status():
    name = min(indexes.promised())
    make_invalid(name)
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=out)
    indexes.rebuild(name)

    found = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert found["state"] == "error"
    (stock,) = [answer for answer in found["answers"] if answer["name"] == "indexes"]
    assert name in str(stock["rows"])


def test_passwords_do_not_appear_on_a_command_line(monkeypatch):
    seen = {}

    def spy(arguments, *, env, **rest):
        seen.update(arguments=arguments, env=env)
        return type("Done", (), {"returncode": 0, "stdout": "pg_dump 99", "stderr": ""})

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hidden")
    monkeypatch.setattr("config.database.sessions.program", lambda name: name)
    monkeypatch.setattr("subprocess.run", spy)

    run("pg_dump", "--version")

    assert seen["arguments"] == ["pg_dump", "--version"]
    assert seen["env"]["PGPASSWORD"] == "hidden"


def test_a_switch_is_refused_before_anything_is_restored():
    TenantFactory()
    say("backup")

    with session(), pytest.raises(CommandError, match=r"in use by 1 sessions\. .*--switch --disconnect"):
        say("restore", "--switch")

    assert databases("restored") == []
