"""Designs from specs: what is decided, what the server says to it, and what stands in the folder."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import postgres_servers
from dbarchitect.api.design import DesignOptions, design, read_spec
from dbarchitect.cli import run
from dbarchitect.design.asked import workload
from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft, Table
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.server.host import guest_session
from dbarchitect.errors import InputError
from dbarchitect.model.architecture import Probe
from dbarchitect.model.schema import NotNull
from dbarchitect.model.value import from_json
from dbarchitect.prove.constraints import Prober, make_tenant_role
from dbarchitect.prove.declared import lab_rows
from dbarchitect.sql.script import split_script
from dbarchitect.sql.workload import read_workload

DESIGNS = Path(__file__).parent / "designs"
NAMES = sorted(path.stem for path in DESIGNS.glob("*.json"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)
_numbers = iter(range(1, 1_000_000))


def field(name: str, kind: str = "word", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, **more}


def relation(
    first: str,
    second: str,
    *,
    of: tuple[int, int | None] = (1, 1),
    has: tuple[int, int | None] = (0, None),
    **more: Any,
) -> dict[str, Any]:
    """A first has `has` seconds, each of which has `of` firsts. `role` is the first's name, `other` the second's."""
    role, other = more.pop("role", ""), more.pop("other", "")
    return {
        "first": {"entity": first, "least": of[0], "most": of[1], "role": role},
        "second": {"entity": second, "least": has[0], "most": has[1], "role": other},
        **more,
    }


def spec_of(**parts: Any) -> Spec:
    return from_json(Spec, json.dumps(parts))


def entity(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "fields": list(fields), **more}


def decided(draft: Draft, topic: str, about: str = "") -> list[str]:
    return [one.what for one in draft.decisions if one.topic == topic and (not about or one.about == about)]


@pytest.fixture
def tried(server: Server) -> Iterator[Any]:
    """`tried(spec)`: the draft, its probes and what was not tried, on a database of its own."""
    opened: list[psycopg.Connection[Any]] = []

    def make(spec: Spec, sql: str | None = None) -> tuple[Draft, list[Probe], list[str], str]:
        draft, _ = designed(spec, now=NOW)
        name = f"design_{next(_numbers)}"
        server.create_database(name)
        load(server, name, split_script(sql or script(draft, spec.title), "schema.sql"))
        from dbarchitect.engines.postgres.server.host import GUEST
        from dbarchitect.engines.postgres.twin.twin import _admit  # as the bench lends it to its guest

        with server.connect(name) as admin:
            _admit(admin, server.ordinary_role(GUEST))
        tenant = draft.by_entity[spec.surroundings.tenant] if draft.tenant_setting else ""
        make_tenant_role(server, name)
        opened.append(guest_session(server, name))
        prober = Prober(opened[-1], draft, tenant, lambda _: None)
        return draft, prober.probes(), prober.untried, name

    yield make
    for one in opened:
        one.close()


def wrong(probes: list[Probe]) -> list[str]:
    return [f"{one.constraint}: {one.what}: {one.must}, {one.did} {one.why}" for one in probes if not one.holds]


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_accepts_and_refuses(name: str, tried: Any, server: Server) -> None:
    draft, probes, untried, database = tried(read_spec(DESIGNS / f"{name}.json"))
    assert wrong(probes) == []
    with server.connect(database) as connection:
        schema = inspect(connection)
    known = {one.constraint for one in probes} | set(untried)
    assert not untried
    for table in schema.tables:
        if table.partition_of is None:
            assert {one.name for one in table.constraints if not isinstance(one, NotNull)} <= known
            assert table.comment
            assert all(column.comment for column in table.columns)
            required = {one.name for one in table.columns if one.not_null and one.identity is None}
            assert {f"{table.name.name}.{one}" for one in required} <= known
    assert all(table.key for table in draft.tables.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_server_takes_every_query(name: str, tried: Any, server: Server) -> None:
    spec = read_spec(DESIGNS / f"{name}.json")
    draft, _, _, database = tried(spec)
    queries = asked(draft, spec)
    read = read_workload(workload(queries), "workload.sql")
    assert [" ".join(one.sql.split()) for one in read.queries] == [" ".join(one.sql.split()) for one in queries]
    assert read.window_seconds == 86400
    with server.connect(database) as connection:
        connection.execute("SET search_path = public")
        for one in queries:
            connection.execute(f"PREPARE asked AS {one.sql}".encode())
            row = connection.execute(
                "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'"
            ).fetchone()
            assert row is not None and row[0] == len(one.parameters)
            connection.execute("DEALLOCATE asked")


@pytest.mark.parametrize(
    ("taken", "instead", "caught"),
    [
        ("CHECK (rating <= 5)", "CHECK (rating <= 50)", "reviews_rating_maximum"),
        ("email text NOT NULL", "email text", "customers.email"),
        ("ON DELETE CASCADE", "ON DELETE RESTRICT", "order_lines_order_fkey"),
        ("UNIQUE (slug)", "UNIQUE (slug, id)", "products_slug_key"),
        ("('paid', 'shipped')", "('paid', 'cancelled')", "orders_status_moves"),
        ("lower(email)", "email, id", "customers_email_key"),
        ("IF EXISTS (", "IF false AND EXISTS (", "categories_parent_id_guard"),
        ("AFTER UPDATE OR DELETE", "AFTER UPDATE", "customers_keep_history"),
    ],
)
def test_a_schema_that_is_not_the_design_is_caught(taken: str, instead: str, caught: str, tried: Any) -> None:
    spec = read_spec(DESIGNS / "shop.json")
    draft, _ = designed(spec, now=NOW)
    sql = script(draft, spec.title)
    assert taken in sql
    _, probes, _, _ = tried(spec, sql.replace(taken, instead))
    assert caught in {one.constraint for one in probes if not one.holds}


@pytest.mark.parametrize(
    ("taken", "instead"),
    [
        ("(account_id, approver_id) REFERENCES users (account_id, id)", "(approver_id) REFERENCES users_of (id)"),
        ("ALTER TABLE payments ENABLE ROW LEVEL SECURITY", "SELECT 1"),
    ],
)
def test_tenants_are_kept_apart(taken: str, instead: str, tried: Any) -> None:
    spec = read_spec(DESIGNS / "billing.json")
    draft, _ = designed(spec, now=NOW)
    sql = script(draft, spec.title)
    assert taken in sql
    if "POLICY" not in instead and instead == "SELECT 1":
        _, probes, _, _ = tried(spec, sql.replace(taken, instead))
        assert {one.constraint for one in probes if not one.holds} == {"payments_of_tenant"}
    for table in draft.tables.values():
        for foreign in table.foreigns:
            target = draft.tables[foreign.target]
            if table.tenant and target.tenant:
                assert foreign.columns[0] == table.tenant == foreign.target_columns[0]


KINDS = [
    "text",
    "word",
    "slug",
    "email",
    "phone",
    "url",
    "integer",
    "decimal",
    "money",
    "percentage",
    "boolean",
    "date",
    "time",
    "moment",
    "period",
    "duration",
    "choice",
    "identifier",
    "uuid",
    "json",
    "file",
    "ip",
    "location",
    "vector",
    "tags",
    "number",
    "secret",
]


def test_every_kind_of_field(tried: Any) -> None:
    more = {"choice": {"values": ["a", "it's"]}, "vector": {"dimensions": 3}}
    fields = [field(f"the {kind}", kind, **more.get(kind, {})) for kind in KINDS]
    fields += [field(f"some {kind}", kind, required=False, **more.get(kind, {})) for kind in KINDS]
    fields += [
        field("born", "date", maximum="today"),
        field("begins", "moment", minimum="today"),
        field("country", "choice", values=[f"c{number}" for number in range(30)]),
        field("ratio", "decimal", minimum="0", maximum="1", scale=3),
        field("short", "word", length=3),
        field("wide", "vector", dimensions=3000),
    ]
    draft, probes, untried, _ = tried(spec_of(entities=[entity("thing", *fields)]))
    assert wrong(probes) == []
    assert untried == []
    table = draft.tables["things"]
    types = {column.name: column.type for column in table.columns}
    assert types["the_moment"] == "timestamptz"
    assert types["the_money"] == "numeric(16,2)"
    assert types["currency"] == "text"
    assert types["wide"] == "halfvec(3000)"
    assert types["the_secret_hash"] == "text"
    assert "things_country_values" in draft.tables
    assert any("not before today" in one for one in decided(draft, "not enforced"))


def test_hostile_names_stay_names(tried: Any) -> None:
    spec = spec_of(
        title="x'; DROP TABLE y; --\n",
        entities=[
            entity(
                'Robert"); DROP TABLE students;--', field("select"), field("user"), field("naïve größe", "integer"),
                field("x" * 90), field("ctid"), field("2nd", "boolean"),
                field("mood", "choice", values=["a'b", "{n}", 'c"d', "%s", "\\"]), comment="it's $$ \\ bad\u202e",
            ),
            entity("order"), entity("pg class"), entity("日本語", field("値", "integer", minimum="1")),
        ],
        relations=[
            relation("日本語", "order", role="select"),
            relation("order", "order", of=(0, None), name="link"),
        ],
        access=[{"text": "x\n; drop", "entity": "order", "by": ["select"], "limit": 3}],
    )  # fmt: skip
    draft, probes, untried, _ = tried(spec)
    assert wrong(probes) == []
    assert untried == []
    names = [table.name for table in draft.tables.values()]
    names += [column.name for table in draft.tables.values() for column in table.columns]
    assert all(len(name.encode()) <= 63 and '"' not in name and ";" not in name for name in names)
    assert asked(draft, spec)[0].sql.count(";") == 0


TENANTS = spec_of(
    surroundings={"tenancy": "shared", "tenant": "org"},
    entities=[
        entity("org", field("name")),
        entity("page", field("title", unique=True), soft_delete=True, history=True, queue=True),
        entity("tag", field("name", unique=True)),
        entity("member", field("email", "email", unique=True)),
    ],
    relations=[
        relation("org", "page"),
        relation("page", "page", of=(0, 1), role="parent", ordered=True),
        relation("org", "tag"),
        relation("page", "tag", of=(0, None), name="tagging"),
        relation("org", "member"),
        relation("member", "org", of=(0, 1), has=(0, 1), role="owner"),
        relation("member", "member", of=(0, None), name="follow", role="follower", other="followed"),
    ],
)


def test_trees_queues_marks_and_junctions_of_tenants(tried: Any) -> None:
    draft, probes, untried, _ = tried(TENANTS)
    assert wrong(probes) == []
    assert untried == []
    pages = draft.tables["pages"]
    assert pages.guard == "parent_id"
    assert pages.key == ("org_id", "id")
    assert draft.tables["taggings"].key == ("org_id", "page_id", "tag_id")
    assert {one.kind for one in probes} >= {"tenant", "tree", "history", "deletion"}
    assert next(one for one in pages.uniques if "title" in one.columns).predicate == "deleted_at IS NULL"
    assert any(one.predicate for one in pages.indexes)


def test_rows_that_need_one_another_are_checked_at_commit(tried: Any) -> None:
    spec = spec_of(
        entities=[entity("a", field("x")), entity("b"), entity("c")],
        relations=[relation("a", "b"), relation("b", "c"), relation("c", "a")],
    )
    draft, probes, _, _ = tried(spec)
    assert wrong(probes) == []
    assert all(one.deferred for table in draft.tables.values() for one in table.foreigns)
    assert any("COMMIT" in one for one in decided(draft, "relation"))


def test_kinds_have_tables_only_where_they_have_something_of_their_own(tried: Any) -> None:
    spec = spec_of(
        surroundings={"runs": "edge"},
        entities=[
            entity("vehicle", field("plate", "identifier", unique=True)),
            entity("car", field("doors", "integer", minimum="2", maximum="5"), kind_of="vehicle"),
            entity("bike", kind_of="vehicle"),
            entity("sports car", field("power", "integer"), kind_of="car"),
        ],
    )
    draft, probes, untried, _ = tried(spec)
    assert wrong(probes) == []
    assert untried == []
    assert set(draft.tables) == {"vehicles", "cars", "sports_cars"}
    assert draft.by_entity["bike"] == "vehicles"
    assert draft.tables["vehicles"].columns[0].default == "uuidv7()"


def test_what_follows_from_another_field_moves_out(tried: Any) -> None:
    spec = spec_of(
        entities=[entity("address", field("street"), field("zip", "identifier"), field("city"))],
        rules=[{"entity": "address", "kind": "dependency", "fields": ["city"], "within": ["zip"]}],
    )
    draft, probes, _, _ = tried(spec)
    assert wrong(probes) == []
    assert draft.tables["addresses"].column("city") is None
    assert draft.tables["addresses_zip"].key == ("zip",)


def test_what_is_kept_twice_is_a_decision() -> None:
    text = (
        "A customer has many orders. A customer has a name and an order count. An order has a total in EUR. An order "
        "has many order lines. An order line has a quantity and a unit price in EUR. An order line has one product. A "
        "product has a price in EUR, a weight and a page count."
    )
    draft, _ = designed(read_brief(text.encode(), "brief.md").spec, now=NOW)
    found = {one.about: one for one in draft.decisions if one.topic == "normal form"}
    assert set(found) == {"customers.order_count", "orders.total", "order_lines.unit_price"}
    assert "sum(quantity * unit_price) of order_lines" in found["orders.total"].instead
    assert "beside products.price" in found["order_lines.unit_price"].what


def test_rules_over_fields(tried: Any) -> None:
    spec = spec_of(
        entities=[entity("user"), entity("shift", field("starts at", "moment"), field("ends at", "moment"))],
        relations=[relation("user", "shift")],
        rules=[
            {"entity": "shift", "kind": "exclusive", "fields": ["starts at", "ends at"], "within": ["user"]},
            {"entity": "shift", "kind": "check", "sql": "ends at - starts at < interval '12 hours'"},
        ],
    )
    draft, probes, untried, _ = tried(spec)
    assert wrong(probes) == []
    assert untried == []
    assert {"exclusion", "check"} <= {one.kind for one in probes if one.table == "shifts"}
    assert "btree_gist" in draft.extensions


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({}, "nothing is kept"),
        ({"entities": [entity("!!!")]}, "it has no letter"),
        ({"entities": [entity("order line"), entity("OrderLine")]}, "would both be the table order_lines"),
        (
            {"entities": [entity("a"), entity("b")], "relations": [relation("a", "b"), relation("b", "a")]},
            "contradict each other",
        ),
        (
            {"entities": [entity("a"), entity("b")], "relations": [relation("a", "b", on_delete="set null")]},
            "one of the two",
        ),
        ({"entities": [entity("a")], "relations": [relation("a", "customr")]}, "which is no entity"),
        ({"entities": [entity("a", parent="b", weak=["n"]), entity("b", parent="a", weak=["n"])]}, "come first"),
        ({"entities": [entity("a", field("s", "choice"))]}, "choice of nothing"),
        ({"entities": [entity("a", field("v", "vector"))]}, "how many its model gives"),
        ({"entities": [entity("a", field("n", "integer", minimum="5", maximum="1"))]}, "nothing is"),
        ({"entities": [entity("a")], "surroundings": {"tenancy": "shared"}}, "which entity is the tenant"),
        ({"entities": [entity("a")], "volumes": [{"entity": "a", "rows": -1}]}, "is none"),
        ({"entities": [entity(f"thing{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}{n}") for n in range(2001)]}, "at most"),
    ],
)
def test_what_contradicts_itself_is_refused(parts: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        designed(spec_of(**parts), now=NOW)


def test_a_query_that_leads_nowhere_is_refused() -> None:
    spec = spec_of(
        entities=[entity("a", field("x")), entity("b")],
        access=[{"text": "as of a b", "entity": "a", "by": ["b"], "line": 7}],
    )
    draft, _ = designed(spec, now=NOW)
    with pytest.raises(InputError, match="line 7: 'as of a b' asks for a by 'b'"):
        asked(draft, spec)


def test_five_hundred_entities(server: Server) -> None:
    entities = [
        entity(f"kind {n}", field("name", unique=True), field("price", "money", currency="EUR")) for n in range(500)
    ]
    relations = [relation(f"kind {n}", f"kind {n + 1}") for n in range(499)]
    draft, rows = designed(spec_of(entities=entities, relations=relations), now=NOW)
    assert len(draft.tables) == len(rows) == 500
    server.create_database("five_hundred")
    assert load(server, "five_hundred", split_script(script(draft, "many"), "schema.sql")) == ()


def test_more_rows_than_a_server_holds_is_a_decision() -> None:
    spec = spec_of(
        entities=[entity("event", field("at", "moment"), appended=True, by_time=True)],
        volumes=[{"entity": "event", "rows": 1e15}],
    )
    draft, rows = designed(spec, now=NOW)
    assert rows["events"].later == 1e12
    assert any("planned as if" in one for one in decided(draft, "volume", "events"))
    assert draft.tables["events"].partitioned == "at"
    assert lab_rows({"events": 1e12, "small": 20.0}, 10_000) == {"events": 10_000, "small": 20}


def test_keyset_pages_leave_nothing_out(tried: Any, server: Server) -> None:
    spec = spec_of(
        entities=[entity("room"), entity("message", field("sent at", "moment"))],
        relations=[relation("room", "message")],
        access=[
            {
                "text": "messages", "entity": "message", "by": ["room"], "limit": 7,
                "order": [{"field": "sent at", "descending": True}],
            }
        ],
    )  # fmt: skip
    draft, _, _, database = tried(spec)
    first, following = asked(draft, spec)
    with server.connect(database) as connection:
        connection.execute("SET search_path = public")
        connection.execute("INSERT INTO rooms (created_at) VALUES (now()), (now())")
        connection.execute(
            "INSERT INTO messages (room_id, sent_at) "
            "SELECT 1 + n % 2, timestamptz '2026-01-01' + n / 5 * interval '1 h' "
            "FROM generate_series(1, 100) n"
        )
        connection.execute(f"PREPARE first AS {first.sql}".encode())
        connection.execute(f"PREPARE following AS {following.sql}".encode())
        rows = connection.execute("EXECUTE first(1)").fetchall()
        names = [column.name for column in connection.execute("EXECUTE first(1)").description or ()]
        seen = list(rows)
        while rows:
            last = dict(zip(names, rows[-1], strict=True))
            rows = connection.execute(
                f"EXECUTE following(1, '{last['sent_at'].isoformat()}', {last['id']})".encode()
            ).fetchall()
            seen += rows
        assert len(seen) == len({row[names.index("id")] for row in seen}) == 50


def test_branches_of_a_tree(tried: Any, server: Server) -> None:
    spec = spec_of(
        entities=[entity("page", field("title"))],
        relations=[relation("page", "page", of=(0, 1), role="parent")],
        access=[
            {"text": "all below", "entity": "page", "by": ["ancestor"]},
            {"text": "all above", "entity": "page", "by": ["descendant"]},
        ],
    )
    draft, _, _, database = tried(spec)
    below, above = asked(draft, spec)
    with server.connect(database) as connection:
        connection.execute("SET search_path = public")
        connection.execute(
            "INSERT INTO pages (title, parent_id) VALUES ('1', NULL), ('2', 1), ('3', 2), ('4', 1), ('5', NULL)"
        )
        connection.execute(f"PREPARE below AS {below.sql}".encode())
        connection.execute(f"PREPARE above AS {above.sql}".encode())
        ids = [column.name for column in connection.execute("EXECUTE below(1)").description or ()].index("id")
        assert sorted(row[ids] for row in connection.execute("EXECUTE below(1)").fetchall()) == [1, 2, 3, 4]
        assert sorted(row[ids] for row in connection.execute("EXECUTE above(3)").fetchall()) == [1, 2, 3]


SMALL = {
    "title": "Library",
    "entities": [
        entity("book", field("title"), field("isbn", "identifier", unique=True)),
        entity("loan", field("lent on", "date"), field("due on", "date")),
    ],
    "relations": [relation("book", "loan")],
    "rules": [{"entity": "loan", "kind": "order", "fields": ["lent on", "due on"]}],
    "access": [
        {"text": "loans of a book", "entity": "loan", "by": ["book"], "order": [{"field": "due on"}], "limit": 10,
         "per_second": 50}
    ],
    "volumes": [{"entity": "book", "rows": 2000}, {"entity": "loan", "rows": 3000, "rows_later": 4e6}],
}  # fmt: skip


def test_the_verb_writes_a_folder_and_brings_it_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = postgres_servers.test_cache()
    if cache is not None:
        monkeypatch.setenv("DBA_CACHE", str(cache))
    brief, folder = tmp_path / "library.json", tmp_path / "out"
    brief.write_text(json.dumps(SMALL))
    words = ["design", str(brief), "-o", str(folder), "--lab-rows", "6000"]
    assert run(words) == 0
    said = capsys.readouterr().out
    assert "Library: it holds: 2 tables" in said
    assert "up to the same schema, down to nothing, up again to the same schema" in said
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"README.md", "decisions.md", "schema.sql", "workload.sql", "migrations/0001_initial.up.sql"} <= files
    made = json.loads((folder / "evidence/architecture.json").read_text())
    assert not made.get("failures")
    plan = made["queries"][0]
    assert "loans_book_id_due_on" in plan["indexes"][0]
    assert not plan.get("reads")
    assert "loans_book_id_idx" not in (folder / "schema.sql").read_text()  # whose work it does
    sizes = {one["table"]: one for one in made["sizes"]}
    assert sizes["loans"]["rows_later"] == 4e6
    assert 0.5 < sizes["loans"]["row_estimated"] / sizes["loans"]["row_measured"] < 2

    schema = (folder / "schema.sql").read_text()
    assert run(words) == 0
    capsys.readouterr()
    assert (folder / "schema.sql").read_text() == schema
    assert len(list((folder / "migrations").glob("*.up.sql"))) == 1

    edited = json.loads(json.dumps(SMALL))
    edited["entities"][0]["fields"].append(field("subtitle", required=False))
    brief.write_text(json.dumps(edited))
    assert run(words) == 0
    assert "the next migration is 0002_design_change_1.up.sql" in capsys.readouterr().out
    assert "ADD COLUMN subtitle" in (folder / "migrations/0002_design_change_1.up.sql").read_text()

    edited["entities"][0]["fields"].pop(0)
    brief.write_text(json.dumps(edited))
    before = (folder / "README.md").read_text()
    with pytest.raises(InputError, match=r"loses data.*nothing was written") as lost:
        run(words)
    assert "--allow-loss" in lost.value.hint
    assert (folder / "README.md").read_text() == before
    assert run([*words, "--allow-loss"]) == 0
    assert (folder / "migrations/0003_design_change_2.up.sql").exists()
    assert run([*words, "--fresh"]) == 0
    assert [path.name for path in (folder / "migrations").glob("*.up.sql")] == ["0001_initial.up.sql"]

    (folder / "decisions.md").write_text("mine")
    with pytest.raises(InputError, match=r"decisions\.md would be written anew"):
        run(words)
    assert (folder / "decisions.md").read_text() == "mine"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds something else"):
        design(spec_of(**SMALL), tmp_path, DesignOptions(now=NOW), lambda *_: {})


def test_what_is_no_spec_says_where(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"entities": [{"name": 3}]}')
    with pytest.raises(InputError, match=r"entities\[0\]\.name"):
        read_spec(file)


def test_a_condition_that_is_no_sql_is_told_plainly(tmp_path: Path) -> None:
    parts = {**SMALL, "rules": [{"entity": "loan", "kind": "check", "sql": "the reader is nice"}]}
    with pytest.raises(InputError, match="the server refuses the design"):
        design(
            spec_of(**parts),
            tmp_path / "out",
            DesignOptions(now=NOW, cache=postgres_servers.test_cache()),
            lambda *_: {},
        )


def test_what_takes_a_start_and_a_duration_excludes_and_what_is_cancelled_does_not(tried: Any, server: Server) -> None:
    spec = read_brief(
        b"# Surgery\n\nA doctor has a name. A visit has a doctor and a status (booked, done, cancelled). "
        b"A visit starts at a time and lasts 15 to 120 minutes. A doctor cannot have two visits at once.\n",
        "brief.md",
    ).spec
    draft, probes, untried, name = tried(spec)
    assert untried == []
    assert wrong(probes) == []
    assert any(one.kind == "exclusion" for one in probes)
    assert "not enforced" not in {one.topic for one in draft.decisions}
    visit = "INSERT INTO public.visits (doctor_id, status, start, duration) VALUES (1, '{}', '2026-12-01 {}+00', {})"
    with server.connect(name) as connection:
        connection.execute("INSERT INTO public.doctors (name) VALUES ('Ada')")
        connection.execute(visit.format("booked", "09:00", 60))
        connection.execute(visit.format("cancelled", "09:30", 30))
        connection.execute(visit.format("booked", "10:00", 30))  # right behind the first
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(visit.format("booked", "09:59", 15))


def test_a_design_without_some_of_its_brief_says_so_first(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text(
        "# Farm\n\nA farm has a name. A cow belongs to a farm. Every cow is blessed by a wizard of rank 7.\n"
    )
    command = [
        sys.executable,
        "-m",
        "dbarchitect",
        "design",
        str(brief),
        "-o",
        str(tmp_path / "x"),
        "--lab-rows",
        "2000",
    ]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "what was understood holds, but 1 piece of the brief is not in the design" in " ".join(ran.stdout.split())
    page = (tmp_path / "x" / "README.md").read_text()
    assert page.index("wizard of rank 7") < page.index("## Tables")
    assert json.loads((tmp_path / "x" / "evidence" / "architecture.json").read_text())["unread"] == 1
    assert "1 piece of the brief is not in the design" in (tmp_path / "x" / "report.html").read_text()


def test_a_table_is_known_by_its_columns() -> None:
    table = Table(name="t", entity="t")
    assert table.column("x") is None
    assert table.of("x") is None


EXAMPLES = sorted(path.parent.name for path in (Path(__file__).parents[1] / "examples").glob("*/brief.md"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_designed_and_holds(name, tmp_path):
    brief = Path(__file__).parents[1] / "examples" / name / "brief.md"
    command = [
        sys.executable,
        "-m",
        "dbarchitect",
        "design",
        str(brief),
        "-o",
        str(tmp_path / "x"),
        "--lab-rows",
        "2000",
    ]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r": (?:it|what was understood) holds", ran.stdout)
    verdict = (tmp_path / "x" / "README.md").read_text()
    for access in read_spec(brief).access:
        assert " ".join(access.text.split())[:40] in verdict
    made = json.loads((tmp_path / "x" / "evidence" / "architecture.json").read_text())
    first = [one for one in made["queries"] if one["sql"].startswith("SELECT") and "next page" not in one["text"]]
    assert [one["text"] for one in first if not one.get("lab_rows")] == [], "what was timed gave nothing"
    schema = (tmp_path / "x" / "schema.sql").read_text()
    assert len(re.findall(r"USING (?:hnsw|ivfflat)", schema)) == len(re.findall(r" vector\(\d+\)", schema))
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(list((tmp_path / "x" / "migrations").glob("*.up.sql"))) == 1
