"""Is the database well? Each question has one answer, for ``manage.py doctor`` and for the admin page."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError
from django.utils.translation import gettext as _

from config.database import indexes, migrating, safety
from config.database.answers import Answer, State, select

LONG: Final = timedelta(minutes=5)
LARGEST: Final = 20
RECENT: Final = 5000  # messages whose receipts tell how long searches took
SLOW_SEARCH: Final = 250.0  # milliseconds at the 95th percentile


def examine(*, at: datetime) -> list[Answer]:
    """Ask everything; a question that fails is an answer too."""
    answers = []
    for question in QUESTIONS:
        try:
            answers.append(question(at))
        except DatabaseError as error:
            words = " ".join(str(error).split())
            answers.append(
                Answer(name=question.__name__, title=question.__name__, state=State.ERROR, summary=words[:300])
            )
    return answers


def server(at: datetime) -> Answer:
    """Which server is it, and in which locale?"""
    ((version, encoding, provider, locale),) = select(
        "SELECT current_setting('server_version'), pg_encoding_to_char(encoding), "
        "CASE datlocprovider WHEN 'b' THEN 'builtin' WHEN 'i' THEN 'icu' ELSE 'libc' END, "
        "coalesce(datlocale, datctype) FROM pg_database WHERE datname = current_database()"
    )
    return Answer(
        name="server",
        title=_("Server"),
        state=State.OK if encoding == "UTF8" else State.ERROR,
        summary=f"PostgreSQL {version}, {encoding}, {locale} ({provider})",
    )


def extension(at: datetime) -> Answer:
    """Is pgvector installed, and is it the newest this server has?"""
    found = select(
        "SELECT e.extversion, a.default_version FROM pg_available_extensions AS a "
        "LEFT JOIN pg_extension AS e ON e.extname = a.name WHERE a.name = 'vector'"
    )
    installed, available = found[0] if found else (None, None)
    if installed is None:
        state, words = State.ERROR, _("not installed") if available else _("not available on this server")
    elif installed != available:
        state, words = State.WARNING, _("{installed}; this server has {available}: ALTER EXTENSION vector UPDATE")
    else:
        state, words = State.OK, "{installed}"
    summary = words.format(installed=installed, available=available)
    return Answer(name="extension", title=_("Extension pgvector"), state=state, summary=summary)


def russian(at: datetime) -> Answer:
    """Does Russian full-text search fold case? In a wrong locale it fails in silence."""
    ((is_right,),) = select("SELECT to_tsvector('russian', 'Возврат') @@ to_tsquery('russian', 'возврат')")
    return Answer(
        name="russian",
        title=_("Russian full-text search"),
        state=State.OK if is_right else State.ERROR,
        summary=_("finds words in any case") if is_right else _("does not fold case: the cluster needs a UTF-8 locale"),
    )


def migrations(at: datetime) -> Answer:
    """Is every application's newest migration applied, and is there one newest?"""
    states = migrating.states()
    is_behind = any(state.pending for state in states)
    is_forked = any(len(state.heads) > 1 for state in states)
    words = _("an application has several heads") if is_forked else _("migrations are pending")
    return Answer(
        name="migrations",
        title=_("Migrations"),
        state=State.ERROR if is_behind or is_forked else State.OK,
        summary=words if is_behind or is_forked else _("all applied, one head per application"),
        columns=[_("application"), _("head"), _("applied"), _("pending")],
        rows=[(s.app, ", ".join(s.heads), s.applied, ", ".join(s.pending) or "—") for s in states],
    )


def autogenerate(at: datetime) -> Answer:
    """Would makemigrations find nothing to do?"""
    changes = migrating.unwritten_changes()
    return Answer(
        name="autogenerate",
        title=_("Models and migrations agree"),
        state=State.WARNING if changes else State.OK,
        summary=_("makemigrations would write something") if changes else _("makemigrations has nothing to do"),
        columns=[_("application"), _("change")] if changes else (),
        rows=changes,
    )


def index_stock(at: datetime) -> Answer:
    """Are all indexes there and valid?"""
    stock = indexes.take_stock()
    rows: list[Sequence[Any]] = [(name, _("missing"), "", "") for name in stock.missing]
    rows += [(index.name, _("invalid"), index.table, index.size) for index in stock.invalid]
    rows += [(same[0], _("duplicate"), ", ".join(same[1:]), "") for same in stock.duplicates]
    rows += [(index.name, _("unused"), index.table, index.size) for index in stock.unused]
    state = State.ERROR if stock.invalid or stock.missing else State.OK
    if state is State.OK and stock.duplicates:
        state = State.WARNING
    counts = _("{expected} expected, {missing} missing, {invalid} invalid, {unused} unused, {duplicates} duplicate")
    return Answer(
        name="indexes",
        title=_("Indexes"),
        state=state,
        summary=counts.format(
            expected=len(stock.expected),
            missing=len(stock.missing),
            invalid=len(stock.invalid),
            unused=len(stock.unused),
            duplicates=len(stock.duplicates),
        ),
        columns=[_("index"), _("state"), _("table or twin"), _("bytes")] if rows else (),
        rows=rows,
    )


def long_transactions(at: datetime) -> Answer:
    """Does a transaction hold everybody up?"""
    rows = select(
        "SELECT pid, coalesce(application_name, ''), state, extract(epoch FROM clock_timestamp() - xact_start)::int, "
        "left(coalesce(query, ''), 120) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
        "AND xact_start < clock_timestamp() - %s ORDER BY xact_start",
        LONG,
    )
    return Answer(
        name="long_transactions",
        title=_("Transactions over 5 minutes"),
        state=State.WARNING if rows else State.OK,
        summary=_("{count} running").format(count=len(rows)) if rows else _("none"),
        columns=[_("process"), _("application"), _("state"), _("seconds"), _("statement")] if rows else (),
        rows=rows,
    )


def sizes(at: datetime) -> Answer:
    """How large are the tables?"""
    rows = select(
        "SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid), "
        "coalesce(s.n_dead_tup, 0) FROM pg_class AS c LEFT JOIN pg_stat_user_tables AS s ON s.relid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
        "ORDER BY pg_total_relation_size(c.oid) DESC LIMIT %s",
        LARGEST,
    )
    ((total,),) = select("SELECT pg_size_pretty(pg_database_size(current_database()))")
    return Answer(
        name="sizes",
        title=_("Table sizes"),
        state=State.OK,
        summary=_("{total} in all").format(total=total),
        columns=[_("table"), _("rows, estimated"), _("bytes"), _("bytes of indexes"), _("dead rows")],
        rows=rows,
    )


def searches(at: datetime) -> Answer:
    """How long do searches in the knowledge take? The receipts of recent answers know."""
    title = _("Vector search")
    ((has_messages,),) = select("SELECT to_regclass('dialog_messages') IS NOT NULL")
    count, half, most, nearly_all = (0, 0.0, 0.0, 0.0)
    if has_messages:
        ((count, percentiles),) = select(
            "SELECT count(*), percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY milliseconds) FROM ("
            "SELECT (receipt #>> '{search,milliseconds}')::float8 AS milliseconds FROM ("
            "SELECT receipt FROM dialog_messages ORDER BY id DESC LIMIT %s) AS recent) AS found "
            "WHERE milliseconds IS NOT NULL",
            RECENT,
        )
        half, most, nearly_all = percentiles or (0.0, 0.0, 0.0)
    if not count:
        return Answer(name="searches", title=title, state=State.NOTE, summary=_("no searches yet"))
    words = _("{count} searches: median {half:.1f} ms, 95% {most:.1f} ms, 99% {nearly_all:.1f} ms")
    return Answer(
        name="searches",
        title=title,
        state=State.WARNING if most > SLOW_SEARCH else State.OK,
        summary=words.format(count=count, half=half, most=most, nearly_all=nearly_all),
    )


QUESTIONS: Final[Sequence[Callable[[datetime], Answer]]] = (
    server,
    extension,
    russian,
    migrations,
    autogenerate,
    index_stock,
    long_transactions,
    searches,
    safety.last_backup,
    safety.last_drill,
    safety.space,
    safety.queue,
    sizes,
)
