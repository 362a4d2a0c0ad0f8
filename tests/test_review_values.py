"""The rule mechanism over plain values: what a context knows, when it keeps silent, what is rolled up."""

from __future__ import annotations

import msgspec
import pytest

from dbarchitect.errors import InputError
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.facts import ColumnStatistics, Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import (
    Check,
    Column,
    Extension,
    ForeignKey,
    Grant,
    Index,
    IndexKey,
    Namespace,
    PartitionKey,
    PartitionOf,
    PrimaryKey,
    Relational,
    Sequence,
    Table,
    Type,
)
from dbarchitect.review import Context, review
from dbarchitect.review.mending import free_name, new_index
from dbarchitect.review.overlap import key_signature, serves_foreign_key
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import rules
from dbarchitect.review.samples import array_items
from dbarchitect.review.systemic import DATABASE, roll_up

BIGINT = Type(sql="bigint", name="int8", base="int8", category="N", length=8)
TEXT = Type(sql="text", name="text", base="text", category="S")


def name(text: str) -> Name:
    return Name(schema="public", name=text)


def table(called: str, *columns: str, **rest: object) -> Table:
    made = tuple(Column(name=one, position=at, type=BIGINT) for at, one in enumerate(columns, 1))
    return msgspec.structs.replace(Table(name=name(called), columns=made), **rest)


def index(called: str, on: str, *keys: IndexKey | str, **rest: object) -> Index:
    made = tuple(IndexKey(column=key) if isinstance(key, str) else key for key in keys)
    return msgspec.structs.replace(Index(name=name(called), table=name(on), keys=made), **rest)


def finding(called: str, severity: Severity = Severity.INFO) -> Finding:
    return Finding(
        rule="a-rule", severity=severity, at=ObjectRef(kind="table", schema="public", name=called), message=called
    )


# ---- what is looked at


def test_system_temporary_foreign_and_bookkeeping_tables_and_partitions_are_not_looked_at() -> None:
    schema = Relational(
        tables=(
            table("orders", "id"),
            table(
                "events", "id", kind="partitioned", partition_key=PartitionKey(strategy="hash", definition="HASH (id)")
            ),
            table("events_1", "id", partition_of=PartitionOf(parent=name("events"), bound="DEFAULT")),
            table("__EFMigrationsHistory", "id"),
            table("migrations", "id", "batch"),
            table("far", "id", kind="foreign"),
            table("gone", "id", persistence="temporary"),
            msgspec.structs.replace(table("pg_class", "oid"), name=Name(schema="pg_catalog", name="pg_class")),
        )
    )
    assert [one.name.name for one in Context(schema).tables] == ["orders", "events"]


def test_references_point_from_the_parent_to_its_children() -> None:
    key = ForeignKey(name="fk", columns=("parent_id",), target=name("parents"), target_columns=("id",))
    parents, children = table("parents", "id"), table("children", "parent_id", constraints=(key,))
    context = Context(Relational(tables=(children, parents)))
    assert [(one.table.name.name, one.key.name) for one in context.references(parents)] == [("children", "fk")]
    assert context.references(children) == []


def test_the_sequence_of_a_serial_is_the_one_its_default_calls() -> None:
    column = Column(name="id", position=1, type=BIGINT, default="nextval('public.t_id_seq'::regclass)")
    owner = table("t", constraints=(), columns=(column,))
    own = Sequence(name=name("t_id_seq"), owned_by=(name("t"), "id"))
    left = Sequence(name=name("t_id_identity_seq"), owned_by=(name("t"), "id"))
    assert Context(Relational(tables=(owner,), sequences=(left, own))).sequence(owner, column) == own
    assert Context(Relational(tables=(owner,), sequences=(left,))).sequence(owner, column) is None


# ---- live values


def live(**rest: object) -> Facts:
    return Facts(taken_at="2026-03-31 00:00:00+00", stats_reset="2026-03-01 00:00:00+00", **rest)  # pyright: ignore


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (None, "counters of a live server"),
        (Facts(origin="declared"), "counters of a live server"),
        (live(is_replica=True), "standby"),
        (Facts(taken_at="2026-03-31 00:00:00+00"), "age of the counters is unknown"),
        (Facts(taken_at="2026-03-31 00:00:00+00", started_at="2026-03-20 00:00:00+00"), "11.0 days old"),
        (Facts(taken_at="2026-03-31 00:00:00", stats_reset="2026-03-30 12:00:00+00"), "0.5 days old"),
        (live(), ""),
    ],
)
def test_counters_are_trusted_only_when_old_enough_and_of_the_primary(facts: Facts | None, reason: str) -> None:
    unfit = Context(Relational(facts=facts)).counters_unfit
    assert (reason in unfit) if reason else unfit == ""


def test_a_rule_whose_needs_are_not_met_is_silent_and_says_why() -> None:
    findings, silences = review(Relational(tables=(table("t", "id"),)), select=["unused-index", "not-null-candidate"])
    assert findings == ()
    assert [(one.rule, bool(one.reason)) for one in silences] == [("not-null-candidate", True), ("unused-index", True)]


def test_figures_of_a_partitioned_table_are_those_of_its_partitions_and_unknown_if_one_is() -> None:
    root = table(
        "events", "id", kind="partitioned", partition_key=PartitionKey(strategy="hash", definition="HASH (id)")
    )
    parts = [table(f"events_{n}", "id", partition_of=PartitionOf(parent=name("events"), bound="")) for n in (1, 2)]
    known = {f"public.events_{n}": TableFacts(rows=10.0 * n, pages=n, inserted=n) for n in (1, 2)}
    context = Context(Relational(tables=(root, *parts), facts=live(tables=known)))
    assert (context.rows(root), context.pages(root), context.counted(root, "inserted")) == (30.0, 3, 3)
    del known["public.events_2"]
    context = Context(Relational(tables=(root, *parts), facts=live(tables=known)))
    assert (context.rows(root), context.pages(root), context.counted(root, "inserted")) == (None, None, None)


def test_counters_that_are_too_young_count_as_unknown() -> None:
    young = Facts(
        taken_at="2026-03-31 00:00:00+00",
        stats_reset="2026-03-30 00:00:00+00",
        tables={"public.t": TableFacts(rows=5.0, inserted=9)},
    )
    one = table("t", "id")
    context = Context(Relational(tables=(one,), facts=young))
    assert context.counted(one, "inserted") is None
    assert context.rows(one) == 5.0


def test_scans_of_an_index_are_summed_over_its_partitions() -> None:
    top = index("top", "events", "id")
    root = table("events", "id", kind="partitioned", indexes=(top,))
    parts = [
        table(
            f"events_{n}",
            "id",
            partition_of=PartitionOf(parent=name("events"), bound=""),
            indexes=(index(f"leaf_{n}", f"events_{n}", "id", parent=name("top")),),
        )
        for n in (1, 2)
    ]
    facts = live(indexes={f"public.leaf_{n}": IndexFacts(scans=n, bytes=100) for n in (1, 2)})
    context = Context(Relational(tables=(root, *parts), facts=facts))
    assert (context.index_scans(top), context.index_bytes(top)) == (3, 200)


def test_the_workload_counts_calls_by_verb_and_whole_name() -> None:
    queries = (
        Query(id="1", sql="DELETE FROM orders WHERE id = $1", calls=5),
        Query(id="2", sql='select * from "public"."orders" join orders_archive using (id)', calls=7),
        Query(id="3", sql="SELECT 1 FROM orders_archive", calls=11),
    )
    context = Context(Relational(), Workload(queries=queries))
    assert context.called(table("orders"), "delete") == 5
    assert context.called(table("orders")) == 12
    assert Context(Relational()).called(table("orders")) is None


# ---- roll-up


def test_what_most_of_a_schema_shares_is_one_finding_with_the_worst_severity() -> None:
    found = [finding(f"t{n}", Severity.WARNING if n == 3 else Severity.INFO) for n in range(8)]
    (one,) = roll_up(found, "8 of 10 have it", of=10, deviations=[ObjectRef(kind="table", schema="public", name="odd")])
    assert one.at == DATABASE
    assert one.severity is Severity.WARNING
    assert len(one.also) == 8
    assert one.message == "8 of 10 have it; not so: odd"
    assert one.facts == {"found": 8, "of": 10, "deviations": 1, "mended": 0}


@pytest.mark.parametrize(("count", "of"), [(5, 5), (7, 10)])
def test_few_or_scattered_findings_stay_as_they_are(count: int, of: int) -> None:
    found = [finding(f"t{n}") for n in range(count)]
    assert list(roll_up(found, "all of it", of=of)) == found


def test_a_systemic_finding_is_keyed_by_no_database_name() -> None:
    (one,) = roll_up([finding(f"t{n}") for n in range(6)], "six", of=6)
    assert one.key == "a-rule database:"


# ---- the mechanism


def test_rules_are_found_by_listing_and_named_by_their_files() -> None:
    ids = [rule.id for rule in rules()]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids)) >= 25
    assert "fk-without-index" in ids


def test_an_unknown_rule_is_named_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="fk-without-indx") as caught:
        review(Relational(), select=["fk-without-indx"])
    assert "fk-without-index" in caught.value.hint


def test_an_empty_schema_gives_no_findings() -> None:
    assert review(Relational())[0] == ()
    bare = Relational(tables=(table("nothing"),), facts=live())
    assert [one.rule for one in review(bare)[0]] == ["one-column-table"]


@pytest.mark.parametrize("odd", ['a"b', "{id}", " ", "%s", "select", "ö" * 60, "x'); DROP TABLE y; --", "1"])
def test_no_name_breaks_a_rule(odd: str) -> None:
    columns = tuple(
        Column(name=f"{odd}{ending}", position=at, type=kind, default=default)
        for at, (ending, kind, default) in enumerate(
            [("", BIGINT, None), ("_type", TEXT, None), ("_id", TEXT, "'x'::text"), ("_ids", TEXT, None)], 1
        )
    )
    key = ForeignKey(name=odd, columns=(odd,), target=name(odd), target_columns=(odd,), target_index=odd)
    whole = Table(
        name=name(odd),
        columns=columns,
        constraints=(PrimaryKey(name=odd, columns=(odd,), index=odd), key, Check(name=odd, expression="(((")),
        indexes=(index(odd, odd, odd), index(odd + "2", odd, odd, unique=True)),
    )
    statistics = {str(whole.name): (ColumnStatistics(column=odd),)}
    facts = live(tables={str(whole.name): TableFacts(rows=1e7, pages=99999, deleted=9)}, columns=statistics)
    findings, _ = review(Relational(tables=(whole,), facts=facts))
    assert all(one.message and one.key for one in findings)


# ---- parts


def test_a_new_index_takes_a_free_name_within_63_bytes() -> None:
    long = table("t" * 60, "column_one")
    taken = index("orders_a_idx", "orders", "a")
    orders = table("orders", "a", indexes=(taken,))
    context = Context(Relational(tables=(long, orders)))
    assert new_index(context, orders, ("a",)).index.name.name == "orders_a_idx1"
    assert len(free_name(context, long, ("ö" * 9, "idx")).encode()) <= 63


def test_an_order_and_its_whole_reverse_have_one_signature() -> None:
    up = index("up", "t", "a", IndexKey(column="b", descending=True, nulls_first=True))
    down = index("down", "t", IndexKey(column="a", descending=True, nulls_first=True), "b")
    half = index("half", "t", IndexKey(column="a", descending=True, nulls_first=False), "b")
    assert key_signature(up) == key_signature(down) != key_signature(half)


@pytest.mark.parametrize(
    ("one", "serves"),
    [
        (index("i", "t", "b", "a", "c"), True),
        (index("i", "t", "a", "c", "b"), False),
        (index("i", "t", "a", unique=True), True),
        (index("i", "t", "a", "b", predicate="((a IS NOT NULL) AND (b IS NOT NULL))"), True),
        (index("i", "t", "a", "b", predicate="(c IS NOT NULL)"), False),
        (index("i", "t", "a", "b", predicate="(a > 0)"), False),
        (index("i", "t", "a", "b", valid=False), False),
        (index("i", "t", "a", "b", method="brin"), False),
        (index("i", "t", IndexKey(expression="lower(a)"), "b"), False),
    ],
)
def test_an_index_serves_a_foreign_key_by_its_first_keys(one: Index, serves: bool) -> None:
    assert serves_foreign_key(one, ("a", "b")) is serves


@pytest.mark.parametrize(
    ("literal", "items"),
    [
        ("{}", []),
        ("{a,b}", ["a", "b"]),
        ('{"a,b",NULL,"NULL","say \\"hi\\"",""}', ["a,b", "NULL", 'say "hi"', ""]),
    ],
)
def test_array_literals_are_read_as_the_server_prints_them(literal: str, items: list[str]) -> None:
    assert list(array_items(literal)) == items


def test_words_of_a_name_whatever_its_style() -> None:
    assert words("orderItemID") == words("order_item_id") == words("OrderItemId") == ("order", "item", "id")
    assert [singular(one) for one in ("companies", "boxes", "status", "users", "addresses")] == [
        "company",
        "box",
        "status",
        "user",
        "address",
    ]


# ---- rows


def row(check: str, *, needed: bool = True) -> dict[str, str] | None:
    """The row that is written for a table with two columns and this CHECK."""
    columns = (
        Column(name="n", position=1, type=BIGINT, not_null=needed),
        Column(name="s", position=2, type=TEXT, not_null=needed),
    )
    one = Table(name=name("t"), columns=columns, constraints=(Check(name="c", expression=check),))
    return Rows(Context(Relational(tables=(one,)))).add(one)


@pytest.mark.parametrize(
    ("check", "column", "value"),
    [
        ("(n >= 5) AND (n <= 5)", "n", "5"),
        ("((n > 5) AND (n < 7))", "n", "6"),
        ("(s = ANY (ARRAY['only'::text]))", "s", "'only'"),
        ("((s)::text = ANY ((ARRAY['it''s'::character varying])::text[]))", "s", "'it''s'"),
        ("(length(s) = 2)", "s", "'01'"),
    ],
)
def test_a_written_row_keeps_the_checks(check: str, column: str, value: str) -> None:
    made = row(check)
    assert made is not None
    assert made[column] == value


@pytest.mark.parametrize("check", ["(s ~ '^x'::text)", "((n % 2) = 0)", "(n < n)", "((n > 7) AND (n < 5))", "some(n)"])
def test_a_check_that_is_not_understood_gives_no_row(check: str) -> None:
    assert row(check) is None


def test_a_check_over_what_is_left_out_holds_by_its_null() -> None:
    assert row("(s ~ '^x'::text)", needed=False) == {}
    assert row("num_nonnulls(n, s) = 1", needed=False) is not None


def test_parents_come_first_and_circles_give_up() -> None:
    def keyed(called: str, parent: str) -> Table:
        key = ForeignKey(name=f"{called}_fk", columns=("p",), target=name(parent), target_columns=("id",))
        columns = (
            Column(name="id", position=1, type=BIGINT, not_null=True),
            Column(name="p", position=2, type=BIGINT, not_null=True),
        )
        return Table(name=name(called), columns=columns, constraints=(PrimaryKey(name="k", columns=("id",)), key))

    root = Table(name=name("root"), columns=(Column(name="id", position=1, type=BIGINT, not_null=True),))
    child, self_made = keyed("child", "root"), keyed("tree", "tree")
    here, there = keyed("here", "there"), keyed("there", "here")
    context = Context(Relational(tables=(child, here, root, self_made, there)))
    rows = Rows(context)
    made = rows.add(child)
    assert made is not None
    assert [statement.split()[2] for statement in rows.statements] == ["public.root", "public.child"]
    tree = Rows(context).add(self_made)
    assert tree is not None
    assert tree["p"] == tree["id"]
    assert Rows(context).add(here) is None


def test_deletes_of_the_workload_single_a_foreign_key_out() -> None:
    key = ForeignKey(name="fk", columns=("p",), target=name("parents"), target_columns=("id",))
    children = table("children", "p", "q", constraints=(key,))
    parents = table("parents", "id", "a", "b", "c", "d")
    schema = Relational(tables=(children, parents))
    deletes = Workload(queries=(Query(id="1", sql="DELETE FROM parents WHERE id = $1", calls=42),))
    (one,), _ = review(schema, workload=deletes, select=["fk-without-index"])
    assert one.facts["parent_deletes"] == 42
    assert one.severity is Severity.WARNING


API_ROLES = tuple(Grant(grantee=one, privileges=("USAGE",)) for one in ("anon", "authenticated", "service_role"))


@pytest.mark.parametrize(
    ("whole", "platform"),
    [
        (Relational(), ""),
        (Relational(schemas=(Namespace(name="auth"), Namespace(name="storage"))), ""),
        (
            Relational(schemas=tuple(Namespace(name=one) for one in ("auth", "realtime", "storage", "vault"))),
            "supabase",
        ),
        (Relational(schemas=(Namespace(name="public", grants=API_ROLES),)), "supabase"),
        (Relational(schemas=(Namespace(name="public", grants=API_ROLES[:2]),)), ""),
        (Relational(extensions=(Extension(name="neon"),)), "neon"),
        (Relational(facts=Facts(server={"neon.timeline_id": ""})), "neon"),
    ],
)
def test_the_platform_shows_in_what_it_brings(whole: Relational, platform: str) -> None:
    assert Context(whole).platform == platform
