"""Inspect: what the catalogue says, on every server version, in constant queries and with few rights."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

import dbarchitect.engines.postgres.inspect as module
from conftest import Database
from dbarchitect.engines.postgres.inspect import catalogue_query, for_major, inspect, reading
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import SurroundingsError
from dbarchitect.model import facts, schema
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    CompositeType,
    DomainType,
    EnumType,
    Exclude,
    ForeignKey,
    Generated,
    Grant,
    IndexKey,
    NotNull,
    PartitionOf,
    PrimaryKey,
    PublicationTable,
    RangeType,
    Relational,
    Table,
    Type,
    Unique,
)
from dbarchitect.model.value import from_json, to_json
from everything import MAJORS, ROLES, empty_database, everything


@pytest.fixture(scope="module", params=MAJORS)
def home(request: pytest.FixtureRequest, server: Server, old_server: Callable[[int], Server]) -> Server:
    return server if request.param == 18 else old_server(request.param)


@pytest.fixture(scope="module")
def source(home: Server) -> Iterator[psycopg.Connection]:
    with everything(home) as connection:
        yield connection


@pytest.fixture(scope="module")
def shop(source: psycopg.Connection) -> Relational:
    return inspect(source)


def named(name: str) -> Name:
    return Name(schema="shop", name=name)


def table(found: Relational, name: str) -> Table:
    one = found.table(named(name))
    assert one is not None
    return one


def constraint(found: Relational, of: str, name: str) -> Any:
    return next(c for c in table(found, of).constraints if c.name == name)


def index(found: Relational, of: str, name: str) -> schema.Index:
    return next(i for i in table(found, of).indexes if i.name.name == name)


def test_json_brings_the_same_schema_back(shop: Relational) -> None:
    assert from_json(Relational, to_json(shop)) == shop
    assert from_json(Relational, to_json(shop, indent=1)) == shop


def test_reading_twice_gives_the_same(source: psycopg.Connection) -> None:
    assert inspect(source, facts=False) == inspect(source, facts=False)


def test_the_database(home: Server, shop: Relational) -> None:
    assert (shop.major, shop.encoding, shop.locale_provider) == (home.binaries.major, "UTF8", "libc")
    assert shop.version_text.startswith(f"PostgreSQL {shop.major}.")
    assert shop.database.startswith("everything")
    assert shop.owner == "postgres"
    assert shop.unreadable == ()
    assert [s.name for s in shop.schemas] == ['Odd "Schema" £', "empty", "public", "shop"]
    assert shop.schemas[3].comment == "Everything sold; it's a \\ test"
    assert [e.name for e in shop.extensions] == ["plpgsql"]


def test_columns(shop: Relational) -> None:
    customer = table(shop, "customer")
    columns = {c.name: c for c in customer.columns}
    assert [c.position for c in customer.columns] == list(range(1, len(columns) + 1))
    identity = columns["id"].identity
    assert identity is not None
    assert (identity.always, identity.sequence) == (True, named("customer_id_seq"))
    assert (identity.start, identity.increment, identity.minimum) == (1000, 5, None)
    assert (identity.maximum, identity.cache, identity.cycle) == (99999, 7, True)
    plain = table(shop, "event").columns[0].identity
    assert plain is not None
    assert (plain.always, plain.start, plain.increment, plain.maximum, plain.cycle) == (False, None, None, None, False)
    assert columns["code"].type == Type(
        sql="shop.code", schema="shop", name="code", base="varchar", category="S", kind="domain"
    )
    assert columns["code"].not_null
    assert columns["code"].comment == "Line 1\nLine 2 \"quoted\" 'single' \\ back"
    assert columns["code"].collation is None  # the domain's own
    assert columns["name"].type.sql == "character varying(40)"
    assert columns["name"].type.modifier == 44
    assert columns["name"].collation == named("plain")
    assert columns["name"].default == "''::character varying"
    assert columns["name"].statistics_target == 321
    assert columns["mail"].type.base == "text"
    assert columns["bio"].storage == "EXTERNAL"
    assert columns["bio"].compression == ("pglz" if shop.major >= 14 else None)
    assert columns["born"].options == {"n_distinct": "-0.5"}
    assert columns["tags"].type.is_array
    assert (columns["tags"].type.name, columns["tags"].type.element) == ("_text", "text")
    assert not columns["labels"].type.is_array
    assert columns["labels"].type.base == "_text"
    assert columns["home"].type.kind == "composite"
    assert columns["hours"].type.kind == "range"
    assert columns["score"].default == "shop.net((10)::numeric, 0.5)"
    assert columns["price"].generated == Generated(expression="(score * (2)::numeric)")
    assert columns["price"].default is None
    if shop.major >= 18:
        assert columns["shout"].generated == Generated(expression="upper(bio)", stored=False)
    assert [columns[c].type.sql for c in ("flag", "letter", "bits")] == ['"char"', "character(1)", "bit(3)"]
    assert columns["span"].type.sql == "interval day to second(2)"
    assert columns["moment"].default == "'2020-01-01 12:00:00+00'::timestamp with time zone"
    odd = [c.name for c in table(shop, "order").columns]
    assert odd == ["user", "select", 'with "quotes"', "Ünïcødé ✓", "a.b", " leading", "trailing ", "c" * 63]
    assert table(shop, "order").columns[3].default == "'ü✓\\'::text"
    assert table(shop, "no_columns").columns == ()


def test_tables(shop: Relational) -> None:
    customer = table(shop, "customer")
    assert customer.options == {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.05"}
    assert customer.toast_options == {"autovacuum_enabled": "false"}
    assert customer.comment == "Who buys"
    assert table(shop, "buffer").persistence == "unlogged"
    assert table(shop, "buffer").owner == "everything_writer"
    assert table(shop, "product").replica_identity == "full"
    assert table(shop, "typed").of_type == named("address")
    assert table(shop, "stored_again").access_method == "heap_again"
    note = table(shop, "product_note")
    assert (note.row_security, note.row_security_forced) == (True, True)
    remote = table(shop, "remote")
    assert (remote.kind, remote.foreign_server, remote.foreign_options) == ("foreign", "far", {"table_name": "there"})
    assert remote.columns[0].foreign_options == {"column_name": "ID"}
    assert remote.replica_identity == "default"


def test_inheritance_and_partitions(shop: Relational) -> None:
    coral = table(shop, "coral")
    assert coral.inherits == (named("animal"), named("plant"))
    assert [(c.name, c.inherited, c.default) for c in coral.columns] == [
        ("id", True, "7"),
        ("name", False, None),
        ("leaves", True, None),
        ("colour", False, None),
    ]
    assert {c.name: c.inherited for c in coral.constraints if isinstance(c, Check)} == {
        "animal_id": True,
        "coral_own": False,
    }
    key = table(shop, "event").partition_key
    assert key is not None
    assert (key.strategy, key.definition, key.columns) == ("range", "RANGE (at)", ("at",))
    hashed = table(shop, "hashed").partition_key
    assert hashed is not None
    assert (hashed.strategy, hashed.definition, hashed.columns) == ("hash", "HASH (a, lower(b))", ("a",))
    assert table(shop, "event_2024").partition_of == PartitionOf(
        parent=named("event"), bound="FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00')"
    )
    assert table(shop, "event_2025_x").partition_of == PartitionOf(parent=named("event_2025"), bound="DEFAULT")
    assert table(shop, "event_2025").kind == "partitioned"
    assert table(shop, "event_2024").inherits == ()
    own = index(shop, "event_2024", "event_2024_own_name")
    assert (own.parent, own.constraint) == (named("event_customer_idx"), None)
    assert index(shop, "event_2024", "event_2024_only").parent is None
    # One foreign key each, not one more for each partition that it points at.
    assert [c.name for c in table(shop, "event_note").foreign_keys] == ["event_note_event_at_fkey"]
    assert [(c.name, c.inherited) for c in table(shop, "event_2025_1").foreign_keys] == [("event_customer_fkey", True)]
    clone = table(shop, "event_2025_1").triggers[0]
    assert (clone.name, clone.inherited) == ("event_touch", True)
    assert not table(shop, "event").triggers[0].inherited


def test_constraints(shop: Relational) -> None:
    key = constraint(shop, "customer", "customer_code_key")
    assert isinstance(key, Unique)
    assert (key.columns, key.include, key.index) == (("code",), ("name",), "customer_code_key")
    check = constraint(shop, "customer", "score_range")
    assert isinstance(check, Check)
    assert (check.columns, check.comment) == (("score",), "Percent")
    assert check.expression == "((score >= (0)::numeric) AND (score <= (100)::numeric))"
    assert constraint(shop, "customer", "name_or_mail").no_inherit
    assert not constraint(shop, "customer", "late").validated
    primary = table(shop, "product").primary_key
    assert isinstance(primary, PrimaryKey)
    assert (primary.name, primary.columns, primary.no_inherit) == ("product_pk", ("sku", "region"), False)
    alias = constraint(shop, "product", "product_alias_key")
    assert (alias.deferrable, alias.initially_deferred) == (True, True)
    parent = constraint(shop, "product", "product_parent")
    assert isinstance(parent, ForeignKey)
    assert (parent.target, parent.target_columns, parent.target_index) == (
        named("product"),
        ("sku", "region"),
        "product_pk",
    )
    assert (parent.match, parent.on_update, parent.on_delete) == ("FULL", "CASCADE", "SET NULL")
    assert (parent.deferrable, parent.initially_deferred) == (True, True)
    period = constraint(shop, "product", "product_period")
    assert isinstance(period, Exclude)
    assert (period.columns, period.operators) == (("valid",), ("&&", "="))
    serving = index(shop, "product", "product_period")
    assert [k.text for k in serving.keys] == ["valid", "int4range(region, (region + 1))"]
    assert (serving.include, serving.predicate, serving.constraint) == (("sku",), "(region > 0)", "product_period")
    note = constraint(shop, "product_note", "note_product")
    if shop.major >= 15:
        assert (note.on_delete, note.set_columns) == ("SET NULL", ("region",))
        assert constraint(shop, "product", "product_nulls").nulls_not_distinct
        assert index(shop, "customer", "customer_mail_unique").nulls_not_distinct
    else:
        assert (note.on_delete, note.set_columns) == ("SET DEFAULT", ())
    late = constraint(shop, "product_note", "note_late")
    assert (late.validated, late.on_delete, late.comment) == (False, "CASCADE", "Not checked yet")
    odd = shop.tables[0].constraints
    assert 'check "it" ✓' in [c.name for c in odd]


def test_named_not_null_temporal_and_unenforced_constraints(shop: Relational) -> None:
    found = [c for t in shop.tables for c in t.constraints if isinstance(c, NotNull)]
    if shop.major < 18:
        assert found == []
        return
    mail = constraint(shop, "customer", "has_mail")
    assert isinstance(mail, NotNull)
    assert (mail.columns, mail.validated) == (("mail",), False)
    assert constraint(shop, "plant", "leaves_needed").columns == ("leaves",)
    assert constraint(shop, "coral", "leaves_needed").inherited
    assert not constraint(shop, "customer", "unkept").enforced
    assert not constraint(shop, "product_note", "note_loose").enforced
    assert constraint(shop, "booking", "booking_pk").without_overlaps
    guest = constraint(shop, "guest", "guest_booking")
    assert (guest.period, guest.columns, guest.target_columns) == (True, ("room", "stay"), ("room", "during"))


def test_indexes(shop: Relational) -> None:
    by_name = index(shop, "customer", "customer_name_idx")
    first, second = by_name.keys
    assert (first.column, first.collation, first.opclass) == (
        "name",
        Name(schema="pg_catalog", name="C"),
        Name(schema="pg_catalog", name="varchar_pattern_ops"),
    )
    assert (first.opclass_default, first.descending, first.nulls_first) == (False, True, False)
    assert (second.column, second.collation, second.opclass_default) == ("born", None, True)
    assert (second.descending, second.nulls_first) == (False, True)
    assert (by_name.include, by_name.predicate, by_name.options) == (
        ("score",),
        "(born IS NOT NULL)",
        {"fillfactor": "60"},
    )
    assert (by_name.comment, by_name.unique, by_name.valid, by_name.ready) == ("By name", False, True, True)
    keys = index(shop, "customer", "customer_expr_idx").keys
    assert [k.expression for k in keys] == [
        "lower((name)::text)",
        "(score + (1)::numeric)",
        "((name)::text || 'x'::text)",
        "(bio IS NULL)",
    ]
    assert [k.collation for k in keys] == [None, None, Name(schema="pg_catalog", name="POSIX"), None]
    assert [k.descending for k in keys] == [False, False, False, True]
    assert index(shop, "customer", "customer_expr_idx").statistics_targets == {"2": 55}
    letters = index(shop, "customer", "customer_letter_idx").keys
    assert [k.opclass_default for k in letters] == [False, False]
    methods = {i.name.name: (i.method, i.options) for i in table(shop, "customer").indexes}
    assert methods["customer_tags_gin"] == ("gin", {"fastupdate": "off"})
    assert methods["customer_born_brin"] == ("brin", {"pages_per_range": "8", "autosummarize": "true"})
    assert methods["customer_mail_hash"] == ("hash", {})
    if shop.major >= 13:
        (key,) = index(shop, "customer", "customer_search_gist").keys
        assert key.opclass_options == {"siglen": "32"}
    assert index(shop, "customer", "customer_code_key").clustered
    assert index(shop, "customer", "customer_pkey").constraint == "customer_pkey"
    (own,) = index(shop, "product", "customer_own_ops").keys
    assert own == IndexKey(column="parent_region", opclass=named("own_ops"), opclass_default=False)
    views = {v.name.name: v for v in shop.views}
    assert [i.name.name for i in views["top"].indexes] == ["top_id"]


def test_an_index_that_a_concurrent_build_left_behind(database: Callable[..., Database]) -> None:
    made = database("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        made.connection.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
    (left,) = inspect(made.connection).tables[0].indexes
    assert (left.name.name, left.valid) == ("broken", False)


def test_types(shop: Relational) -> None:
    types = {t.name.name: t for t in shop.types}
    assert list(types) == sorted(types)
    status = types["order_status"]
    assert isinstance(status, EnumType)
    assert status.labels == ("pending", "authorised", "paid", "it's gone", "Ünïcode")
    address = types["address"]
    assert isinstance(address, CompositeType)
    assert [(a.name, a.type.sql) for a in address.attributes] == [
        ("street", "text"),
        ("Zip Code", "character varying(10)"),
        ("lines", "text[]"),
    ]
    assert address.attributes[1].collation == Name(schema="pg_catalog", name="C")
    assert address.attributes[0].comment == "With the number"
    work = types["work_email"]
    assert isinstance(work, DomainType)
    assert (work.type.sql, work.type.base, work.not_null) == ("shop.email", "text", True)
    assert "work_only" in [c.name for c in work.constraints]
    code = types["code"]
    assert isinstance(code, DomainType)
    assert code.collation == Name(schema="pg_catalog", name="C")
    (long,) = code.constraints
    assert (long.validated, long.comment) == (False, "Some are short")
    hours, texts, floats = types["time_range"], types["text_range"], types["float_range"]
    assert isinstance(hours, RangeType)
    assert isinstance(texts, RangeType)
    assert isinstance(floats, RangeType)
    assert (hours.subtype.name, hours.subtype_diff) == ("time", "shop.time_diff")
    assert texts.collation == Name(schema="pg_catalog", name="C")
    assert floats.multirange == (named("float_spans") if shop.major >= 14 else None)
    assert "float_spans" not in types


def test_functions(shop: Relational) -> None:
    functions = {(f.name.name, f.identity): f for f in shop.functions}
    assert {name for name, _ in functions} == {
        "add_state", "clean", "how_many", "largest", "many", "net", "note_ddl", "row_no", "spread", "sub_state",
        "time_diff", "to_code", "total", "touch",
    }  # fmt: skip
    net = functions["net", "gross numeric, rate numeric"]
    assert (net.arguments, net.returns, net.language) == (
        "gross numeric, rate numeric DEFAULT 0.2",
        "numeric",
        "sql",
    )
    assert (net.volatility, net.parallel) == ("immutable", "safe")
    assert "gross" in net.body
    touch = functions["touch", ""]
    assert (touch.security_definer, touch.settings, touch.comment) == (
        True,
        ("search_path=shop, pg_temp",),
        "Keeps the time",
    )
    spread = next(f for f in shop.functions if f.name.name == "spread")
    assert (spread.leakproof, spread.strict, spread.cost) == (True, True, 7)
    assert functions["many", ""].rows == 5
    assert next(f for f in shop.functions if f.name.name == "clean").kind == "procedure"
    assert functions["row_no", ""].kind == "window"
    total = functions["total", "integer"]
    assert (total.kind, total.comment) == ("aggregate", "A sum")
    assert "MINVFUNC = shop.sub_state" in total.definition
    assert "SORTOP = OPERATOR(pg_catalog.>)" in functions["largest", "integer"].definition


def test_views_rules_and_triggers(shop: Relational) -> None:
    views = {v.name.name: v for v in shop.views}
    adult = views["adult"]
    assert adult.options == {"security_barrier": "true", "check_option": "local"}
    assert (adult.comment, adult.columns[3].comment) == ("Old enough", "Without tax")
    assert adult.columns[1].default == "'nobody'::character varying"
    assert "shop.customer" in adult.definition
    assert (views["top"].materialized, views["top"].populated) == (True, False)
    assert views["full_top"].options == {"fillfactor": "90"}
    (instead,) = views["adult_names"].triggers
    assert (instead.timing, instead.events, instead.function) == ("INSTEAD OF", ("INSERT",), "shop.touch()")
    triggers = {t.name: t for t in table(shop, "customer").triggers}
    touch = triggers["touch"]
    assert (touch.timing, touch.events, touch.columns) == ("BEFORE", ("INSERT", "UPDATE"), ("name", "bio"))
    assert (touch.for_each_row, touch.comment, touch.enabled) == (True, "Time", "origin")
    assert (triggers["sleeping"].events, triggers["sleeping"].enabled) == (("DELETE", "TRUNCATE"), "disabled")
    assert triggers["always"].enabled == "always"
    deferred = triggers["deferred"]
    assert (deferred.constraint, deferred.deferrable, deferred.initially_deferred) == (True, True, True)
    assert len(triggers) == 4
    (rule,) = table(shop, "product_note").rules
    assert (rule.name, rule.comment) == ("keep", "Kept")
    assert rule.definition.startswith("CREATE RULE keep AS\n    ON DELETE TO shop.product_note")
    (watch,) = shop.event_triggers
    assert (watch.event, watch.tags, watch.enabled) == ("ddl_command_end", ("CREATE TABLE", "DROP TABLE"), "disabled")


def test_policies_and_privileges(shop: Relational) -> None:
    own, seen = table(shop, "product_note").policies
    assert (own.command, own.permissive, own.roles) == ("UPDATE", False, ("everything_reader", "everything_writer"))
    assert (own.using, own.check, own.comment) == ("(customer = 1)", "(sku IS NOT NULL)", "Mine")
    assert (seen.command, seen.permissive, seen.roles, seen.using) == ("ALL", True, ("PUBLIC",), "true")
    grants = table(shop, "customer").grants
    assert Grant(grantee="PUBLIC", grantor="postgres", privileges=("UPDATE",)) in grants
    both = ("INSERT", "SELECT")
    assert Grant(grantee="everything_reader", grantor="postgres", privileges=both, grantable=both) in grants
    assert Grant(grantee="everything_writer", grantor="postgres", privileges=("SELECT",), column="id") in grants
    assert (
        Grant(grantee="everything_writer", grantor="postgres", privileges=("SELECT", "UPDATE"), column="name") in grants
    )
    assert table(shop, "plant").grants == (Grant(grantee="postgres", grantor="postgres"),)
    assert table(shop, "typed").grants == ()  # spelled out, but what the defaults say
    touch = next(f for f in shop.functions if f.name.name == "touch")
    assert touch.grants == (Grant(grantee="postgres", grantor="postgres", privileges=("EXECUTE",)),)
    functions, tables = shop.default_privileges
    assert (functions.objects, functions.schema) == ("functions", "")
    assert (tables.objects, tables.schema, tables.grants) == (
        "tables",
        "shop",
        (Grant(grantee="everything_reader", grantor="postgres", privileges=("SELECT",)),),
    )


def test_sequences(shop: Relational) -> None:
    sequences = {s.name.name: s for s in shop.sequences}
    numbers = sequences["numbers"]
    assert (numbers.type, numbers.start, numbers.increment, numbers.minimum) == ("smallint", 10, -2, -100)
    assert (numbers.maximum, numbers.cache, numbers.cycle) == (10, 3, True)
    assert (numbers.owned_by, numbers.internal, numbers.comment) == (
        (named("product"), "region"),
        False,
        "Downwards",
    )
    identity = sequences["customer_id_seq"]
    assert (identity.owned_by, identity.internal) == ((named("customer"), "id"), True)
    assert sequences["product_serial_no_seq"].maximum == 2**31 - 1


def test_the_other_kinds(shop: Relational) -> None:
    (plain,) = shop.collations
    assert (plain.name, plain.provider, plain.locale, plain.comment) == (named("plain"), "libc", "C", "Bytes")
    statistics = {s.name.name: s for s in shop.statistics}
    together = statistics["born_score"]
    assert (together.kinds, together.columns) == (("ndistinct", "dependencies"), ("born", "score"))
    assert together.target == (77 if shop.major >= 13 else None)
    if shop.major >= 14:
        assert statistics["names"].expressions == ("lower((name)::text)",)
        assert statistics["names"].columns == ("born",)
    publications = {p.name: p for p in shop.publications}
    assert publications["whole"].all_tables
    partly = publications["partly"]
    assert (partly.operations, partly.comment) == (("insert", "update"), "A part")
    if shop.major >= 15:
        assert partly.tables[0] == PublicationTable(table=named("customer"), columns=("id", "name"), where="(id > 5)")
        assert partly.via_root
        assert publications["folder"].schemas == ("shop",)
    if shop.major >= 18:
        assert publications["made"].generated_columns == "stored"
    (feed,) = shop.subscriptions
    assert (feed.name, feed.enabled, feed.publications) == ("feed", False, ("one", "two"))
    assert b"hidden" not in to_json(shop)
    (far,) = shop.foreign_servers
    assert (far.wrapper, far.type, far.version, far.comment) == ("nowhere", "cloud", "1", "Away")
    assert far.options == {"host": "example.org", "Odd key": "it's"}
    assert [(str(u.ref.kind), str(u.ref)) for u in shop.unmodelled] == [
        ("access method", "heap_again"),
        ("cast", "integer AS shop.address"),
        ("conversion", "shop.latin"),
        ("foreign data wrapper", "nowhere"),
        ("operator", "shop.<=> (time without time zone, time without time zone)"),
        ("operator class", "shop.own_ops USING btree"),
        ("operator family", "shop.own_ops USING btree"),
        ("text search object", "shop.configuration search"),
        ("text search object", "shop.dictionary words"),
        ("type", "shop.shell"),
    ]


def test_dependencies(shop: Relational) -> None:
    pairs = {(d.of.kind, str(d.of), d.on.kind, str(d.on)) for d in shop.dependencies}
    expected = {
        ("view", "shop.adult", "column", "shop.customer.name"),
        ("view", "shop.adult", "function", "shop.net(numeric, numeric)"),
        ("view", "shop.adult_names", "column", "shop.adult.name"),
        ("view", "shop.full_top", "column", "shop.top.id"),
        ("column", "shop.customer.score", "function", "shop.net(numeric, numeric)"),
        ("column", "shop.customer.price", "column", "shop.customer.score"),
        ("column", "shop.customer.code", "domain", "shop.code"),
        ("column", "shop.customer.name", "collation", "shop.plain"),
        ("column", "shop.product.region", "sequence", "shop.numbers"),
        ("domain", "shop.work_email", "domain", "shop.email"),
        ("type", "shop.time_range", "function", "shop.time_diff(time without time zone, time without time zone)"),
        ("index", "shop.customer.customer_expr_idx", "column", "shop.customer.bio"),
        ("trigger", "shop.customer.touch", "function", "shop.touch()"),
        ("trigger", "shop.customer.touch", "column", "shop.customer.bio"),
        ("policy", "shop.product_note.own", "column", "shop.product_note.customer"),
        ("rule", "shop.product_note.keep", "column", "shop.product_note.sku"),
        ("constraint", "shop.product_note.note_late", "constraint", "shop.customer.customer_pkey"),
        ("constraint", "shop.event_note.event_note_event_at_fkey", "column", "shop.event.at"),
        ("table", "shop.event_2024", "table", "shop.event"),
        ("table", "shop.coral", "table", "shop.plant"),
        ("table", "shop.typed", "type", "shop.address"),
        ("table", "shop.remote", "foreign server", "far"),
        ("statistics", "shop.born_score", "column", "shop.customer.born"),
        ("publication", "partly", "table", "shop.customer"),
        ("event trigger", "watch", "function", "shop.note_ddl()"),
        ("function", "shop.total(integer)", "function", "shop.sub_state(bigint, integer)"),
    }
    assert expected - pairs == set()
    assert not [p for p in pairs if p[:2] == p[2:]]


def test_what_an_extension_brings_is_the_extension(database: Callable[..., Database]) -> None:
    made = database(
        "CREATE SCHEMA parts",
        "CREATE EXTENSION citext SCHEMA parts",
        "CREATE TABLE t (name parts.citext)",
        "CREATE VIEW v AS SELECT name OPERATOR(parts.=) 'x' AS same FROM t",
    )
    found = inspect(made.connection)
    assert [(e.name, e.schema) for e in found.extensions] == [("citext", "parts"), ("plpgsql", "pg_catalog")]
    assert (found.types, found.functions, found.unmodelled) == ((), (), ())
    citext = ObjectRef(kind="extension", name="citext")
    needing = {str(d.of) for d in found.dependencies if d.on == citext}
    assert needing == {"public.t.name", "public.v"}
    assert found.tables[0].columns[0].type.sql == "parts.citext"


# The queries themselves

_KINDS: dict[str, tuple[Any, ...]] = {
    "database": (schema.Relational,),
    "schemas": (schema.Namespace,),
    "extensions": (schema.Extension,),
    "tables": (schema.Table,),
    "views": (schema.View,),
    "columns": (schema.Column,),
    "constraints": schema.Constraint.__args__,
    "indexes": (schema.Index,),
    "triggers": (schema.Trigger,),
    "rules": (schema.Rule,),
    "policies": (schema.Policy,),
    "functions": (schema.Function,),
    "event_triggers": (schema.EventTrigger,),
    "types": schema.UserType.__args__,
    "sequences": (schema.Sequence,),
    "collations": (schema.Collation,),
    "statistics": (schema.ExtendedStatistics,),
    "publications": (schema.Publication,),
    "subscriptions": (schema.Subscription,),
    "foreign_servers": (schema.ForeignServer,),
    "default_privileges": (schema.DefaultPrivilege,),
    "facts_tables": (facts.TableFacts,),
    "facts_indexes": (facts.IndexFacts,),
    "facts_columns": (facts.ColumnStatistics,),
}


@pytest.mark.parametrize("query", _KINDS)
def test_a_query_names_no_field_that_the_model_lacks(source: psycopg.Connection, query: str) -> None:
    """What the decoder does not know it skips: a misspelt name in a query would be lost in silence."""
    fields = {f.encode_name for kind in _KINDS[query] for f in msgspec.structs.fields(kind)} | {"kind", "object"}
    major = source.info.server_version // 10000
    with reading(source):
        rows = source.execute(catalogue_query(query, major)).fetchall()
    assert rows or query == "facts_columns"
    for row in rows:
        assert set(msgspec.json.decode(row[2])) <= fields


def test_every_query_file_is_read() -> None:
    folder = Path(module.__file__).with_name("catalogue")
    code = "".join(p.read_text() for p in (Path(module.__file__), folder.with_name("facts.py")))
    called = set(re.findall(r'"([a-z_]+)"', code)) | {"type_of.inc"}
    assert {path.stem for path in folder.glob("*.sql")} - called == set()


def test_version_marks() -> None:
    text = "a --[15+]\nb --[<15]\nc --[13-14]\nd -- [15+] e\n--[x]"
    assert for_major(text, 15).split("\n") == ["a", "d -- [15+] e", "--[x]"]
    assert for_major(text, 14).split("\n") == ["b", "c", "d -- [15+] e", "--[x]"]


class Counting(psycopg.Connection[Any]):
    """Counts what is executed, transaction commands included."""

    commands = 0

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        self.commands += 1
        return super().wait(*args, **kwargs)


def test_the_number_of_queries_does_not_depend_on_the_schema(database: Callable[..., Database]) -> None:
    counts: list[int] = []
    for tables in (10, 300):
        made = database(
            f"""
            DO $$ BEGIN FOR i IN 1..{tables} LOOP
                EXECUTE format('CREATE TABLE t%s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    a integer UNIQUE, b integer REFERENCES t%s (a) CHECK (b > 0))', i, i);
                EXECUTE format('CREATE VIEW v%s AS SELECT a FROM t%s', i, i);
                EXECUTE format('CREATE FUNCTION f%s() RETURNS integer LANGUAGE sql AS ''SELECT 1''', i);
                EXECUTE format('CREATE TYPE e%s AS ENUM (''a'')', i);
                EXECUTE format('COMMENT ON TABLE t%s IS ''x''', i);
            END LOOP; END $$
            """
        )
        with Counting.connect(made.url, autocommit=True) as connection:
            connection.commands = 0
            assert len(inspect(connection).tables) == tables
            counts.append(connection.commands)
    assert counts[0] == counts[1] > 0


# The surroundings of a reader


def test_nothing_of_the_reading_stays_in_the_callers_transaction(database: Callable[..., Database]) -> None:
    made = database("SET search_path = public", "SET TimeZone = 'Asia/Tokyo'")
    with made.connection.transaction():
        made.connection.execute("CREATE TABLE uncommitted (id integer)")
        assert [t.name.name for t in inspect(made.connection).tables] == ["uncommitted"]
        assert made.connection.execute("SHOW search_path").fetchone() == ("public",)
        assert made.connection.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
        made.connection.execute("INSERT INTO uncommitted VALUES (1)")


def test_a_read_only_transaction_is_enough(database: Callable[..., Database]) -> None:
    made = database("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY)", "CREATE EXTENSION pageinspect")
    made.connection.execute("SET default_transaction_read_only = on")
    assert [t.name.name for t in inspect(made.connection).tables] == ["t"]


def test_a_table_that_stays_locked(database: Callable[..., Database], server: Server) -> None:
    made = database("CREATE TABLE t (id integer)", "SET lock_timeout = '100ms'")
    with psycopg.connect(server.url(made.name), autocommit=True) as other, other.transaction():
        other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SurroundingsError, match="exclusive lock"):
            inspect(made.connection)


@pytest.mark.parametrize("major", [18, 15, 12])
def test_a_role_with_few_rights(server: Server, old_server: Callable[[int], Server], major: int) -> None:
    home = server if major == 18 else old_server(major)
    with everything(home) as connection:
        whole = inspect(connection, facts=False)
        connection.execute("REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC")
        connection.execute(f"SET ROLE {ROLES[0]}")
        found = inspect(connection)
    assert [t.name for t in found.tables] == [t.name for t in whole.tables]
    assert found.subscriptions == whole.subscriptions
    assert [t.columns for t in found.tables] == [t.columns for t in whole.tables]
    assert found.facts is not None
    assert found.facts.sequences["shop.customer_id_seq"].last_value is None
    policies, columns, values = found.unreadable
    assert policies == "policies (no SELECT privilege on pg_policy)"
    assert re.match(r"column statistics of .*, .* and \d+ more \(no SELECT", columns)
    assert re.match(r"last value of shop.customer_id_seq, .* \(no SELECT", values)


def test_a_role_that_may_read_nothing(database: Callable[..., Database]) -> None:
    made = database("REVOKE SELECT ON pg_catalog.pg_database FROM PUBLIC", "CREATE ROLE nobody_at_all")
    made.connection.execute("SET ROLE nobody_at_all")
    try:
        with pytest.raises(SurroundingsError, match="pg_database"):
            inspect(made.connection)
    finally:
        made.connection.execute("RESET ROLE")
        made.connection.execute("DROP ROLE nobody_at_all")


# Live facts


def test_facts(home: Server) -> None:
    with empty_database(home) as connection:
        for statement in (
            "SET synchronous_commit = on",  # VACUUM marks no page all-visible whose rows' commit is not on disk yet
            """CREATE TABLE "T" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text, size integer,
                spans int4range, tags text[])""",
            """INSERT INTO "T" (kind, size, spans, tags)
                SELECT CASE WHEN g % 4 = 0 THEN 'it''s, "odd"' ELSE 'plain' END, g, int4range(g, g + 5), '{a,b}'
                FROM generate_series(1, 5000) g""",
            """CREATE INDEX on_expression ON "T" (lower(kind))""",
            """CREATE STATISTICS both_columns (ndistinct, dependencies, mcv) ON kind, size FROM "T" """,
            "CREATE TABLE never (a integer)",
            """CREATE MATERIALIZED VIEW few AS SELECT * FROM "T" LIMIT 10""",
            "CREATE SEQUENCE unused",
            "VACUUM ANALYZE",
        ):
            connection.execute(statement)
        counted = "SELECT pg_stat_get_last_analyze_time(oid) FROM pg_class WHERE relname = 'T'"
        deadline = time.monotonic() + 30  # servers before 15 count in a process of its own
        while connection.execute(counted).fetchone() == (None,) and time.monotonic() < deadline:
            time.sleep(0.05)
        database = connection.info.dbname
        connection.execute(f"""ALTER DATABASE "{database}" SET work_mem = '7MB'""")
        connection.execute(f"""ALTER DATABASE "{database}" SET TimeZone = 'Asia/Tokyo'""")
        with psycopg.connect(home.url(database), autocommit=True) as fresh:
            schema_found = inspect(fresh)
        found = schema_found.facts
        structure = inspect(connection, facts=False)
    assert structure.facts is None
    assert found is not None
    assert (found.origin, found.is_replica, found.replicas) == ("live", False, 0)
    assert found.taken_at.endswith("+00:00")
    assert found.started_at is not None
    rows = found.tables['public."T"']
    assert (rows.rows, rows.pages, rows.all_visible_pages) == (5000, rows.pages, rows.pages)
    assert rows.pages > 10
    assert rows.heap_bytes is not None
    assert rows.heap_bytes >= rows.pages * 8192
    assert rows.total_bytes is not None
    assert rows.total_bytes > rows.heap_bytes
    assert rows.last_analyze is not None
    assert found.tables["public.few"].rows == 10
    if schema_found.major >= 14:
        assert found.tables["public.never"].rows == 0  # vacuumed: known to be empty
    assert found.indexes['public."T_pkey"'].rows == 5000
    assert found.indexes['public."T_pkey"'].pages > 10
    assert found.sequences['public."T_id_seq"'].last_value == 5000
    assert found.sequences["public.unused"].last_value is None
    kind = found.column('public."T"', "kind")
    assert kind is not None
    assert kind.n_distinct == 2
    assert kind.most_common_values == '{plain,"it\'s, \\"odd\\""}'
    assert kind.most_common_frequencies == (0.75, 0.25)
    size = found.column('public."T"', "size")
    assert size is not None
    assert (size.n_distinct, size.correlation, size.average_width) == (-1, 1, 4)
    assert size.histogram_bounds is not None
    assert size.histogram_bounds.startswith("{1,")
    tags = found.column('public."T"', "tags")
    assert tags is not None
    assert tags.most_common_elements == "{a,b}"
    spans = found.column('public."T"', "spans")
    assert spans is not None
    assert (spans.range_bounds_histogram is not None) == (schema_found.major >= 17)
    assert [c.most_common_frequencies for c in found.columns["public.on_expression"]] == [(0.75, 0.25)]
    (extended,) = found.extended
    assert extended.name == "public.both_columns"
    assert extended.n_distinct == {"kind, size": 5000}
    assert extended.dependencies["size => kind"] == 1
    assert (extended.has_mcv, extended.has_expressions) == (True, False)
    assert {"fsync", "full_page_writes", "max_connections", "idle_in_transaction_session_timeout"} <= set(found.server)
    assert found.server["lock_timeout"] == "0"  # not the one that reading sets for itself
    assert found.outdated_collations == ()
    assert found.settings["work_mem"] == "7168"
    assert found.settings["TimeZone"] == "Asia/Tokyo"
    assert found.settings["search_path"] == '"$user", public'
    assert found.settings["jit"] == "on"
    assert found.settings["DateStyle"] == "ISO, MDY"
    assert {"random_page_cost", "effective_cache_size", "enable_hashjoin", "default_statistics_target"} <= set(
        found.settings
    )


def test_what_the_server_lets_roles_do(home: Server) -> None:
    with empty_database(home) as connection:
        connection.execute("CREATE EXTENSION pg_trgm VERSION '1.3'")
        connection.execute("CREATE TABLE t (a integer)")
        found = inspect(connection).facts
        assert found is not None
        assert found.roles["postgres"].superuser
        assert found.roles["postgres"].logs_in
        assert found.settings["password_encryption"] in ("md5", "scram-sha-256")
        assert float(found.available["pg_trgm"]) > 1.3
        assert found.trusted is not None
        assert {line.partition(" ")[0] for line in found.trusted} <= {"local", "host", "hostssl", "hostnossl"}
        assert "local" in found.trusted
        connection.execute("SET ROLE pg_monitor")
        hidden = inspect(connection)
        connection.execute("RESET ROLE")
    assert hidden.facts is not None
    assert hidden.facts.trusted is None
    assert not any("hba" in one for one in hidden.unreadable)


def test_a_collation_that_another_version_of_the_library_made(home: Server) -> None:
    with empty_database(home) as connection:
        versioned = connection.execute(
            "SELECT quote_ident(collname) FROM pg_collation WHERE pg_collation_actual_version(oid) IS NOT NULL LIMIT 1"
        ).fetchone()
        if versioned is None:
            pytest.skip("no locale of this server has a version")
        for statement in (
            f'CREATE COLLATION "By name" FROM pg_catalog.{versioned[0]}',
            f"CREATE COLLATION unused FROM pg_catalog.{versioned[0]}",
            'CREATE TABLE t (name text COLLATE "By name" PRIMARY KEY)',
            """UPDATE pg_collation SET collversion = '0' WHERE collname IN ('By name', 'unused')""",
        ):
            connection.execute(statement)
        found = inspect(connection).facts
    assert found is not None
    assert [(one.name, one.recorded) for one in found.outdated_collations] == [('public."By name"', "0")]


def test_a_table_that_was_never_counted(home: Server) -> None:
    with empty_database(home) as connection:
        connection.execute("CREATE TABLE never (a integer)")
        found = inspect(connection).facts
    assert found is not None
    assert found.tables["public.never"].rows is None


def test_the_search_path_of_a_connection_that_has_none(database: Callable[..., Database]) -> None:
    made = database()
    made.connection.execute(f"""ALTER DATABASE "{made.name}" SET search_path = app, public""")
    with psycopg.connect(made.url, options="-c search_path=") as connection:
        found = inspect(connection)
    assert found.facts is not None
    assert found.facts.settings["search_path"] == "app, public"
    assert found.settings == {"search_path": "app, public"}


def test_heights_come_from_pageinspect_where_it_may_be_used(database: Callable[..., Database]) -> None:
    made = database(
        "CREATE TABLE t (a integer)",
        "INSERT INTO t SELECT generate_series(1, 5000)",
        "CREATE INDEX i ON t (a)",
        "CREATE INDEX h ON t USING hash (a)",
    )
    before = inspect(made.connection).facts
    assert before is not None
    assert before.indexes["public.i"].height is None
    made.connection.execute('CREATE SCHEMA "odd name"')
    made.connection.execute('CREATE EXTENSION pageinspect SCHEMA "odd name"')
    after = inspect(made.connection).facts
    assert after is not None
    assert (after.indexes["public.i"].height, after.indexes["public.h"].height) == (1, None)
    made.connection.execute("SET ROLE pg_monitor")
    assert inspect(made.connection).facts is not None
