"""What stands behind a finding: figures of its table, a lower severity where there is next to nothing, the order."""

from __future__ import annotations

import msgspec
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.facts import Facts, TableFacts
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational
from dbarchitect.review import review
from dbarchitect.review.context import Context
from dbarchitect.review.exposure import exposed

OLD = {"taken_at": "2026-02-01T00:00:00+00:00", "stats_reset": "2026-01-02T00:00:00+00:00"}  # 30 days
YOUNG = {"taken_at": "2026-02-01T00:00:00+00:00", "stats_reset": "2026-01-31T00:00:00+00:00"}


def table_facts(rows: float, pages: int, inserted: int = 0, updated: int = 0) -> TableFacts:
    return TableFacts(
        rows=rows, pages=pages, total_bytes=pages * 16384, inserted=inserted, updated=updated, deleted=0, live_rows=1
    )


TINY, QUIET, LARGE = table_facts(40, 2), table_facts(9e6, 90_000), table_facts(1e6, 20_000, 600_000, 300_000)
GROWING = table_facts(40, 2, inserted=30_000)


@pytest.fixture
def schema(database) -> Relational:
    tables = [f"CREATE TABLE {name} (id bigint PRIMARY KEY, note text)" for name in ("tiny", "quiet", "busy")]
    parts = [
        "CREATE TABLE log (id bigint NOT NULL) PARTITION BY RANGE (id)",
        "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (1) TO (10)",
        "CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (10) TO (20)",
    ]
    return inspect(database(*tables, *parts).connection, facts=False)


def with_facts(schema: Relational, times: dict[str, str] = OLD, **tables: TableFacts) -> Relational:
    known = {f"public.{name}": one for name, one in tables.items()}
    return msgspec.structs.replace(schema, facts=Facts(tables=known, **times))


def finding(*names: str, severity: Severity = Severity.WARNING, rule: str = "a-rule") -> Finding:
    refs = [ObjectRef(kind="column", schema="public", name=name, sub="note") for name in names]
    if len(names) == 1:
        return Finding(rule=rule, severity=severity, at=refs[0], message=names[0])
    return Finding(rule=rule, severity=severity, at=ObjectRef(kind="database"), message="all", also=tuple(refs))


def by(what: str, schema: Relational, *findings: Finding, workload: Workload | None = None) -> list[Finding]:
    return exposed(findings, Context(schema, workload), lambda _: what)


def test_a_finding_has_the_figures_of_its_table(schema):
    asked = [('SELECT * FROM "busy" b', 70), ("SELECT busyness", 1)]
    work = Workload(queries=tuple(Query(id=sql, sql=sql, calls=calls) for sql, calls in asked))
    [one] = by("", with_facts(schema, busy=LARGE), finding("busy"), workload=work)
    assert one.facts == {
        "table_bytes": 20_000 * 16384,
        "table_rows": 1e6,
        "writes_a_day": 30_000,
        "growth_a_day": 20_000,
        "workload_calls": 70,
    }
    [young] = by("", with_facts(schema, YOUNG, busy=LARGE), finding("busy"))
    assert young.facts == {"table_bytes": 20_000 * 16384, "table_rows": 1e6}


def test_what_a_rule_says_itself_stays(schema):
    own = msgspec.structs.replace(finding("busy"), facts={"table_rows": 5, "values": 3})
    [one] = by("", with_facts(schema, busy=LARGE), own)
    assert one.facts["table_rows"] == 5
    assert one.facts["values"] == 3


@pytest.mark.parametrize(
    "what,facts,severity",
    [
        ("rows", TINY, Severity.INFO),
        ("rows", QUIET, Severity.WARNING),
        ("rows", LARGE, Severity.WARNING),
        ("rows", GROWING, Severity.WARNING),  # small today, 365,000 rows in a year
        ("writes", TINY, Severity.INFO),
        ("writes", QUIET, Severity.INFO),
        ("writes", LARGE, Severity.WARNING),
        ("", TINY, Severity.WARNING),
    ],
)
def test_next_to_nothing_lowers_by_one(schema, what, facts, severity):
    [one] = by(what, with_facts(schema, tiny=facts), finding("tiny"))
    assert one.severity is severity
    assert bool(one.lowered) is (severity is Severity.INFO)
    [error] = by(what, with_facts(schema, tiny=facts), finding("tiny", severity=Severity.ERROR))
    assert error.severity is (Severity.WARNING if severity is Severity.INFO else Severity.ERROR)


def test_the_reason_is_told(schema):
    [rows] = by("rows", with_facts(schema, tiny=TINY), finding("tiny"))
    assert rows.lowered == "info and no warning: tiny has 40 rows in 16 kB and hardly grows"
    [writes] = by("writes", with_facts(schema, tiny=TINY), finding("tiny"))
    assert writes.lowered == "info and no warning: tiny sees 0.0 changed rows a day"


@pytest.mark.parametrize("what", ["rows", "writes"])
def test_nothing_is_lowered_by_what_is_not_known(schema, what):
    never = msgspec.structs.replace(TINY, rows=None)
    for facts in (with_facts(schema, YOUNG, tiny=TINY), with_facts(schema, quiet=TINY), schema):
        [one] = by(what, facts, finding("tiny"))
        assert (one.severity, one.lowered) == (Severity.WARNING, "")
    [unanalysed] = by("rows", with_facts(schema, tiny=never), finding("tiny"))
    assert unanalysed.severity is Severity.WARNING
    declared = with_facts(schema, tiny=TINY)
    assert declared.facts is not None
    design = msgspec.structs.replace(declared, facts=msgspec.structs.replace(declared.facts, origin="declared"))
    assert by(what, design, finding("tiny"))[0].severity is Severity.WARNING


def test_a_systemic_finding_is_as_exposed_as_its_most_exposed_member(schema):
    known = with_facts(schema, tiny=TINY, quiet=TINY, busy=LARGE)
    [one] = by("rows", known, finding("tiny", "quiet", "busy"))
    assert (one.severity, one.facts["most_exposed"], one.facts["table_rows"]) == (Severity.WARNING, "public.busy", 1e6)
    [small] = by("rows", known, finding("tiny", "quiet"))
    assert small.severity is Severity.INFO
    [unknown] = by("rows", with_facts(schema, tiny=TINY), finding("tiny", "quiet"))
    assert unknown.severity is Severity.WARNING


def test_a_partitioned_table_is_all_its_partitions(schema):
    [one] = by("rows", with_facts(schema, log_1=TINY, log_2=LARGE), finding("log"))
    assert (one.severity, one.facts["table_rows"]) == (Severity.WARNING, 1e6 + 40)
    [half] = by("rows", with_facts(schema, log_1=TINY), finding("log"))
    assert (half.severity, "table_rows" in half.facts) == (Severity.WARNING, False)


def test_of_one_severity_the_most_exposed_comes_first(schema):
    known = with_facts(schema, tiny=TINY, quiet=QUIET, busy=LARGE)
    named = [finding("tiny", severity=Severity.ERROR), finding("busy"), finding("quiet")]
    assert [one.message for one in by("", known, *named)] == ["tiny", "quiet", "busy"]
    assert [one.message for one in by("", schema, *named)] == ["tiny", "busy", "quiet"]  # as before: by rule and name


def test_a_live_review_has_them(database):
    live = database("CREATE TABLE t (id bigint PRIMARY KEY, parent bigint REFERENCES t, price float8)")
    live.connection.execute("INSERT INTO t SELECT i, NULL, i FROM generate_series(1, 500) i")
    live.connection.execute("ANALYZE t")
    findings, _ = review(inspect(live.connection), select=["fk-without-index", "float-or-money-amount"])
    assert [one.facts["table_rows"] for one in findings] == [500, 500]
    assert all("writes_a_day" not in one.facts for one in findings)  # the counters are minutes old
