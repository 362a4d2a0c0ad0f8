"""The entity-relationship diagram: what must hold of the picture of any schema, and what tools make of its texts."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import migration_tools
import postgres_servers
from dbarchitect.__main__ import main
from dbarchitect.api.erd import erd
from dbarchitect.api.surroundings import WorkOptions
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Type, Unique
from dbarchitect.render.erd import Implied, dbml, diagram, diagram_map, fitting, mermaid
from dbarchitect.render.erd.boxes import Content, cardinality, content, label, width_of
from dbarchitect.render.erd.groups import Group, grouped
from dbarchitect.render.erd.layout import Layout, Placed, Way, layout
from dbarchitect.render.erd.overview import ABOVE, ALONE, overview
from dbarchitect.render.erd.png import png
from dbarchitect.render.erd.stubs import shortened
from modular import modular

SVG = "{http://www.w3.org/2000/svg}"
# Names as people make them up, and as nobody should.
NAMES = st.one_of(
    st.sampled_from(["users", "Order", "order line", 'a"b', "<script>", "naïve", "数据", "x" * 63, "]]>", "a&b", "'"]),
    st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), min_size=1, max_size=12),
)


@st.composite
def schemas(draw: st.DrawFn, *, most: int = 14) -> tuple[Relational, tuple[Implied, ...]]:
    """A schema of any shape, and references that are implied."""
    keys = draw(st.lists(st.tuples(st.sampled_from(["public", "b", "C d"]), NAMES), max_size=most, unique=True))
    names = [Name(schema=schema, name=name) for schema, name in keys]
    tables: list[Table] = []
    for name in names:
        columns = draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
        made = tuple(
            Column(name=one, position=at + 1, type=Type(sql=draw(st.sampled_from(["bigint", "character varying(20)"])),
                   name="int8"), not_null=draw(st.booleans()))
            for at, one in enumerate(columns)
        )  # fmt: skip
        constraints: list[PrimaryKey | Unique | ForeignKey] = []
        some = st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True).map(tuple)
        if draw(st.booleans()):
            constraints.append(PrimaryKey(name="pk", columns=draw(some)))
        if draw(st.booleans()):
            constraints.append(Unique(name="u", columns=draw(some)))
        for number in range(draw(st.integers(0, 3))):
            # Also to a table that the schema does not hold, and to columns that nobody has.
            target = draw(st.sampled_from([*names, Name(schema="gone", name="away")]))
            mine = draw(some)
            there = tuple(f"c{at}" for at in range(len(mine))) if draw(st.booleans()) else mine
            constraints.append(ForeignKey(name=f"fk{number}", columns=mine, target=target, target_columns=there))
        tables.append(Table(name=name, columns=made, constraints=tuple(constraints)))
    tables.sort(key=lambda one: one.name)
    guessed: list[Implied] = []
    for table in tables if names else []:
        if draw(st.integers(0, 3)) == 0:
            target = draw(st.sampled_from(names))
            guessed.append(
                Implied(table=table.name, columns=(table.columns[0].name,), target=target, target_columns=("id",))
            )
    return Relational(tables=tuple(tables)), tuple(guessed)


def made_up(tables: int, *, links: int = 2, schemas: int = 1) -> Relational:
    """A schema of so many tables; each refers to some before it, so that there are hubs and communities."""
    found: list[Table] = []
    for number in range(tables):
        name = Name(schema=f"s{number * schemas // tables}", name=f"table_{number}")
        keys: list[PrimaryKey | ForeignKey] = [PrimaryKey(name="pk", columns=("id",))]
        targets = {number * number % max(number // (1 + at), 1) for at in range(links)} if number else set[int]()
        columns = [Column(name="id", position=1, type=Type(sql="bigint", name="int8"), not_null=True)]
        for at in sorted(targets):
            columns.append(Column(name=f"table_{at}_id", position=2 + at, type=Type(sql="bigint", name="int8")))
            keys.append(
                ForeignKey(name=f"fk{at}", columns=(f"table_{at}_id",), target=found[at].name, target_columns=("id",))
            )
        found.append(Table(name=name, columns=tuple(columns), constraints=tuple(keys)))
    return Relational(tables=tuple(sorted(found, key=lambda one: one.name)))


def laid_out(
    schema: Relational, implied: tuple[Implied, ...] = (), columns: str = "keys"
) -> tuple[Content, tuple[Group, ...], Layout]:
    """What a diagram of a schema shows, its groups and its places."""
    shown = content(schema, implied=implied, columns=columns)  # pyright: ignore[reportArgumentType]
    groups = grouped(shown)
    shown = shortened(shown, groups)
    return shown, groups, layout(shown, groups)


def check_layout(schema: Relational, implied: tuple[Implied, ...], columns: str) -> Layout:
    """What must hold of any layout."""
    shown, _, found = laid_out(schema, implied, columns)
    assert len(found.places) == len(shown.boxes)
    assert len(found.ways) == len(shown.links)
    for one, other in combinations(found.places, 2):
        apart = (
            one.x + one.width < other.x or other.x + other.width < one.x
            or one.y + one.height < other.y or other.y + other.height < one.y
        )  # fmt: skip
        assert apart, "boxes overlap"
    for place in found.places:
        assert place.x > 0 and place.y > 0
        assert place.x + place.width < found.width and place.y + place.height < found.height
    for link, way in zip(shown.links, found.ways, strict=True):
        ends = [(way.points[0], link.child)]
        if link.stub:
            assert len(way.points) == 2 and length(way) < 15, "a stub leads nowhere"
        else:
            ends.append((way.points[-1], link.parent))
        for point, box in ends:
            place = found.places[box]
            assert point[0] in (round(place.x, 1), round(place.x + place.width, 1)), "ends at no border"
            assert place.y <= point[1] <= place.y + place.height, "ends beside its box"
        for (x, y), (to_x, to_y) in pairwise(way.points):
            assert x == to_x or y == to_y, "neither level nor upright"
            assert 0 <= x <= found.width and 0 <= y <= found.height, "outside of the picture"
        assert not [place for place in found.places if crosses(way, place)], "a line runs through a box"
    return found


def crosses(way: Way, box: Placed) -> bool:
    """Whether a line runs through the inside of a box."""
    return any(
        min(x, to_x) < box.x + box.width - 0.1 and max(x, to_x) > box.x + 0.1
        and min(y, to_y) < box.y + box.height - 0.1 and max(y, to_y) > box.y + 0.1
        for (x, y), (to_x, to_y) in pairwise(way.points)
    )  # fmt: skip


def length(way: Way) -> float:
    return sum(abs(to_x - x) + abs(to_y - y) for (x, y), (to_x, to_y) in pairwise(way.points))


def check_svg(schema: Relational, implied: tuple[Implied, ...], columns: str) -> None:
    """What must hold of any picture: it is XML, every table and every key is in it once, the same at each try."""
    text = diagram(schema, implied=implied, columns=columns)  # pyright: ignore[reportArgumentType]
    assert text == diagram(schema, implied=implied, columns=columns)  # pyright: ignore[reportArgumentType]
    root = ElementTree.fromstring(text)
    tables = [one.get("data-table") for one in root.iter(f"{SVG}g") if "erd-table" in (one.get("class") or "").split()]
    assert len(tables) == len(set(tables))
    gone = {key.target for table in schema.tables for key in table.foreign_keys} - {one.name for one in schema.tables}
    assert len(tables) == len(schema.tables) + len(gone)
    edges = [one for one in root.iter(f"{SVG}g") if "erd-edge" in (one.get("class") or "").split()]
    declared = [one for one in edges if "erd-implied" not in (one.get("class") or "")]
    assert len(declared) == sum(len(table.foreign_keys) for table in schema.tables)
    assert len(edges) - len(declared) == len(implied)
    assert {one.get("data-from") for one in edges} | {one.get("data-to") for one in edges} <= set(tables)
    assert not [one for one in root.iter() if one.tag not in {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "style", "g", "rect", "path", "text", "tspan")
    }]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(schemas(), st.sampled_from(["all", "keys", "none"]))
def test_any_schema(made: tuple[Relational, tuple[Implied, ...]], columns: str) -> None:
    check_layout(*made, columns)
    check_svg(*made, columns)


@pytest.mark.parametrize(("tables", "schemas"), [(30, 1), (90, 1), (150, 6), (200, 2)])
def test_large(tables: int, schemas: int) -> None:
    schema = made_up(tables, schemas=schemas)
    check_layout(schema, (), "keys")
    check_svg(schema, (), "keys")


@pytest.mark.parametrize("schemas", [False, True])
def test_lines_of_a_large_picture_stay_in_their_group(schemas: bool) -> None:
    schema = modular(300, schemas=schemas)
    check_layout(schema, (), "keys")
    check_svg(schema, (), "keys")
    shown, groups, found = laid_out(schema)
    frames = {frame.group: frame for frame in found.frames}
    group_of = {box: number for number, group in enumerate(groups) for box in group.members}
    for link, way in zip(shown.links, found.ways, strict=True):
        if not link.stub:
            assert group_of[link.child] == group_of[link.parent]
        frame = frames[group_of[link.child]]
        for x, y in way.points:
            assert frame.x < x < frame.x + frame.width and frame.y < y < frame.y + frame.height
    for one, other in combinations(found.frames, 2):
        assert (
            one.x + one.width < other.x or other.x + other.width < one.x
            or one.y + one.height < other.y or other.y + other.height < one.y
        ), "frames overlap"  # fmt: skip
    for frame in found.frames:
        assert width_of(frame.title, frame.text) < frame.width, "a title is wider than its frame"
    # A picture whose links are all drawn has lines of many times the length.
    whole = content(schema, columns="keys")
    drawn = sum(map(length, layout(whole, groups).ways))
    assert sum(map(length, found.ways)) < drawn / 4


def test_a_stub_says_where_it_leads_and_its_target_how_many() -> None:
    schema = modular(120)
    shown, groups, _ = laid_out(schema)
    of = {box.name.name: (number, box) for number, box in enumerate(shown.boxes)}
    stubs = [link for link in shown.links if link.stub]
    referring = sum(key.target.name == "users" for table in schema.tables for key in table.foreign_keys)
    number, users = of["users"]
    assert number in next(group.members for group in groups if group.title == "hubs")
    assert users.inbound == referring > 80, "all that refer to a hub do so by stubs"
    assert sum(box.inbound for box in shown.boxes) == len(stubs)
    root = ElementTree.fromstring(diagram(schema, columns="keys"))
    texts = {
        one.get("data-table"): ["".join(text.itertext()) for text in one.iter(f"{SVG}text")]
        for one in root.iter(f"{SVG}g")
        if one.get("data-table")
    }
    assert f"← {referring}" in texts["public.users"]
    for link in stubs:
        child, parent = shown.boxes[link.child], shown.boxes[link.parent]
        assert f"→ {label(parent.name, False)}" in texts[str(child.name)]
    names = ElementTree.fromstring(diagram(schema, columns="none"))
    said = {one.get("data-table"): "".join(one.itertext()) for one in names.iter(f"{SVG}g") if one.get("data-table")}
    assert all("→ " in said[str(shown.boxes[link.child].name)] for link in stubs), "also where no column is shown"


@pytest.mark.parametrize(("tables", "schemas"), [(120, False), (300, True), (1000, False)])
@pytest.mark.parametrize("aspect", [ABOVE, ALONE])
def test_the_map_counts_what_leads_from_group_to_group(tables: int, schemas: bool, aspect: float) -> None:
    shown, groups, _ = laid_out(modular(tables, schemas=schemas))
    found = overview(shown, groups, aspect=aspect)
    assert found is not None
    assert [int(box.note.split()[0]) for box in found.content.boxes] == [len(group.members) for group in groups]
    group_of = {box: number for number, group in enumerate(groups) for box in group.members}
    referring = Counter(link.parent for link in shown.links)
    hubs = {number for number, box in enumerate(shown.boxes) if referring[number] > 26}
    assert {shown.boxes[one].name.name for one in hubs} == {"users", "tenants"}
    counted = Counter((group_of[link.child], group_of[link.parent]) for link in shown.links if link.parent not in hubs)
    for one in found.bundles:
        assert one.there == counted[one.child, one.parent] >= one.back == counted[one.parent, one.child]
    ends = {end for one in found.bundles for end in (one.child, one.parent)}
    assert ends | {group_of[one] for one in hubs} == set(range(len(groups))), "a group is linked with none"
    # Boxes and lines as in any picture; a count has its line to itself, beside its box.
    counts: dict[tuple[float, bool], list[float]] = defaultdict(list)
    for link, way in zip(found.content.links, found.layout.ways, strict=True):
        place = found.layout.places[link.child]
        (x, y), (to_x, _) = way.points[:2]
        assert x in (round(place.x, 1), round(place.x + place.width, 1)) and abs(to_x - x) >= 20
        counts[x, to_x > x].append(y)
        assert not [box for box in found.layout.places if crosses(way, box)], "a line runs through a group"
    for heights in counts.values():
        assert all(lower - upper >= 10 for upper, lower in pairwise(sorted(heights))), "counts lie on each other"


def test_what_a_map_leaves_out_is_said() -> None:
    """Everything refers to anything, in 20 schemas."""
    integer = Type(sql="bigint", name="int8")
    tables: list[Table] = []
    for number in range(400):
        targets = {max(0, number - 1 - number * step % 200) for step in (7, 37, 61)} if number else set[int]()
        tables.append(
            Table(
                name=Name(schema=f"s{number // 20:02}", name=f"t{number:03}"),
                columns=tuple(Column(name=f"c{at}", position=at, type=integer) for at in range(1, 4)),
                constraints=tuple(
                    ForeignKey(name=f"fk{at}", columns=(f"c{at}",), target=tables[to].name, target_columns=("c1",))
                    for at, to in enumerate(sorted(targets), 1)
                ),
            )
        )
    schema = Relational(tables=tuple(tables))
    shown, groups, _ = laid_out(schema)
    found = overview(shown, groups, aspect=ALONE)
    assert found is not None
    pairs = {
        frozenset((shown.boxes[link.child].name.schema, shown.boxes[link.parent].name.schema)) for link in shown.links
    }
    kept, every = len(found.bundles), sum(len(pair) == 2 for pair in pairs)
    assert kept < every / 2
    assert f"of {every} lines the {kept} heaviest are drawn" in (diagram_map(schema) or "")


def test_a_small_picture_is_drawn_whole() -> None:
    small = modular(60)
    shown, _, _ = laid_out(small)
    assert not any(link.stub for link in shown.links)
    assert diagram_map(small) is None
    text = diagram(small, columns="keys")
    assert "erd-map" not in text and "elsewhere" not in text
    large = diagram(modular(120), columns="keys")
    assert "erd-map" in large and "refers to a table that stands elsewhere" in large


def test_cardinality_comes_from_not_null_and_uniqueness() -> None:
    integer = Type(sql="integer", name="int4")

    def links(not_null: bool, unique: bool) -> tuple[str, str]:
        parent = Table(
            name=Name(schema="public", name="a"),
            columns=(Column(name="id", position=1, type=integer, not_null=True),),
            constraints=(PrimaryKey(name="pk", columns=("id",)),),
        )
        constraints = [ForeignKey(name="fk", columns=("a_id",), target=parent.name, target_columns=("id",))]
        child = Table(
            name=Name(schema="public", name="b"),
            columns=(Column(name="a_id", position=1, type=integer, not_null=not_null),),
            constraints=(*constraints, *([Unique(name="u", columns=("a_id",))] if unique else [])),
        )
        (link,) = content(Relational(tables=(parent, child))).links
        return cardinality(link)

    assert links(False, False) == ("zero or many", "zero or one")
    assert links(True, False) == ("zero or many", "exactly one")
    assert links(True, True) == ("zero or one", "exactly one")
    assert links(False, True) == ("zero or one", "zero or one")


@pytest.mark.parametrize("tables", [25, 60, 120])
def test_links_to_different_ends_do_not_lie_on_each_other(tables: int) -> None:
    shown, _, found = laid_out(made_up(tables, links=3))
    lines: dict[tuple[str, float], list[tuple[float, float, int]]] = defaultdict(list)
    for number, way in enumerate(found.ways):
        for (x, y), (to_x, to_y) in pairwise(way.points):
            if y == to_y:
                lines["level", y].append((min(x, to_x), max(x, to_x), number))
            else:
                lines["upright", x].append((min(y, to_y), max(y, to_y), number))
    for parts in lines.values():
        for one, other in combinations(parts, 2):
            ends = {shown.links[number].end for _, _, number in (one, other)}
            if len(ends) > 1 or shown.links[one[2]].stub or shown.links[other[2]].stub:
                assert min(one[1], other[1]) - max(one[0], other[0]) < 1


ODD = r'''
CREATE SCHEMA "My Schema";
CREATE SCHEMA b;
CREATE TYPE "My Schema"."st atus" AS ENUM ('a b', 'c''d', 'e"f');
CREATE TABLE "My Schema"."Order ""X""" (
    "a b" int, "c\d" text NOT NULL, st "My Schema"."st atus"[] DEFAULT '{}',
    PRIMARY KEY ("a b", "c\d"), CHECK ("a b" > 0)
);
COMMENT ON TABLE "My Schema"."Order ""X""" IS 'it''s "odd" \ <b>';
CREATE TABLE b."Table" (
    "Note" int PRIMARY KEY REFERENCES b."Table" ("Note"), "Ref" int UNIQUE, indexes text
);
CREATE TABLE b.línea (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "ord a" int, "ord b" text, 数据 int,
    FOREIGN KEY ("ord a", "ord b") REFERENCES "My Schema"."Order ""X""" ON DELETE SET NULL,
    FOREIGN KEY ("ord b", "ord a") REFERENCES "My Schema"."Order ""X""" ("c\d", "a b")
);
CREATE TABLE "table" (id int, "1st" numeric(12,2) DEFAULT 0, t2 timestamptz[], x char(3)[]);
CREATE UNIQUE INDEX "odd `ix`" ON "table" (lower(x[1]::text), id) WHERE id > 0;
CREATE TABLE p (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE people (id serial PRIMARY KEY);
CREATE TABLE c (
    id int PRIMARY KEY, p_id int, p_at date, person_id int NOT NULL UNIQUE, FOREIGN KEY (p_id, p_at) REFERENCES p
);
'''


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Relational, tuple[Implied, ...]]:
    """A schema of everything that is hard to write down, as a server has it."""
    file = tmp_path_factory.mktemp("erd") / "odd.sql"
    file.write_text(ODD)
    return erd(str(file), WorkOptions(cache=postgres_servers.test_cache()))


def test_what_names_imply_is_what_the_review_finds(odd: tuple[Relational, tuple[Implied, ...]]) -> None:
    _, implied = odd
    (one,) = implied
    assert (one.table.name, one.columns) == ("c", ("person_id",))
    assert (one.target.name, one.target_columns) == ("people", ("id",))


def test_partitions_stand_behind_their_root(odd: tuple[Relational, tuple[Implied, ...]]) -> None:
    text = diagram(odd[0], implied=odd[1])
    assert 'data-table="public.p"' in text
    assert 'data-table="public.p1"' not in text
    assert "partitioned, 1 partition<" in text


PARSE = """
import fs from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { Parser } = require("@dbml/core");
const mermaid = (await import("file://" + process.argv[2] + "/node_modules/mermaid/dist/mermaid.core.mjs")).default;
const { dbml, mmd } = JSON.parse(fs.readFileSync(0, "utf8"));
let database;
try {
  database = new Parser().parse(dbml, "dbmlv2");
} catch (error) {
  throw new Error(JSON.stringify(error.diags ?? error.message));
}
await mermaid.parse(mmd);
const made = await mermaid.mermaidAPI.getDiagramFromText(mmd);
const tables = database.schemas.flatMap((schema) => schema.tables);
const entities = [...made.db.getEntities().values()];
console.log(JSON.stringify({
  tables: tables.map((one) => [one.schema.name, one.name, one.fields.map((field) => field.name)]),
  keys: tables.map((one) => one.indexes.filter((index) => index.pk).map((index) => index.columns.map((c) => c.value))),
  refs: database.schemas.flatMap((one) => one.refs).map((ref) => ref.endpoints.map((end) => [
    end.schemaName ?? "public", end.tableName, end.fieldNames, end.relation])),
  enums: database.schemas.flatMap((one) => one.enums).map((one) => [one.name, one.values.map((value) => value.name)]),
  entities: entities.map((one) => [one.alias || one.label, one.attributes.map((a) => a.name)]),
  links: made.db.getRelationships().length,
}));
"""


def parsed(schema: Relational, implied: tuple[Implied, ...], folder: Path) -> dict[str, list[list[object]]]:
    """What the tools of DBML and Mermaid read in the texts."""
    tools = migration_tools.fetched((("@dbml/core", "10.2.0"), ("mermaid", "11.17.2")))
    program = folder / "parse.mjs"
    program.write_text(PARSE)
    given = json.dumps({"dbml": dbml(schema, implied=implied), "mmd": mermaid(schema, implied=implied)})
    ran = subprocess.run(["node", str(program), str(tools)], input=given, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


def test_tools_of_dbml_and_mermaid_read_the_texts(odd: tuple[Relational, tuple[Implied, ...]], tmp_path: Path) -> None:
    schema, implied = odd
    found = parsed(schema, implied, tmp_path)
    tables = [one for one in schema.tables if one.partition_of is None]
    names = [[one.name.schema, one.name.name, [column.name for column in one.columns]] for one in tables]
    assert sorted(found["tables"]) == sorted(names)
    assert [["a b", "c\\d"]] in found["keys"]
    assert found["enums"] == [["st atus", ["a b", "c'd", 'e"f']]]
    both = [["a b", "c\\d"], ["ord a", "ord b"]]
    refs = [[end[:3] for end in ref] for ref in found["refs"]]
    assert [["b", "línea", both[1]], ["My Schema", 'Order "X"', both[0]]] in refs
    assert [["public", "c", ["p_id", "p_at"]], ["public", "p", ["id", "at"]]] in refs
    assert len(found["entities"]) == len(tables)
    assert found["links"] == 5  # four foreign keys that are declared, one that is implied


def test_tools_read_the_texts_of_what_is_not_there(tmp_path: Path) -> None:
    """A key to a table that the schema does not hold, two keys between the same columns, many tables."""
    schema = made_up(40)
    first = schema.tables[0]
    away = ForeignKey(name="away", columns=("id",), target=Name(schema="x", name="y z"), target_columns=("k",))
    twice = [msgspec.structs.replace(away, name=name) for name in ("away", "again")]
    odd_one = msgspec.structs.replace(first, constraints=(*first.constraints, *twice))
    schema = msgspec.structs.replace(schema, tables=(odd_one, *schema.tables[1:]))
    found = parsed(schema, (), tmp_path)
    assert len(found["tables"]) == 41
    links = sum(len(one.foreign_keys) for one in schema.tables)
    assert len(found["refs"]) == links - 1
    assert found["links"] == links


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    monkeypatch.chdir(tmp_path)
    Path("odd.sql").write_text(ODD)
    assert main(("erd", "odd.sql", "-o", "odd.png")) == 0
    data = Path("odd.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20]) > 1000  # twice as many pixels as the picture is wide
    assert main(("erd", "odd.sql", "-o", "odd.svg")) == 0
    wordless = re.sub(r"<text.*?</text>", "", Path("odd.svg").read_text(), flags=re.DOTALL)
    assert len(data) > 1.2 * len(png(wordless)), "its names are written"
    assert main(("erd", "odd.sql", "--declared", "--format", "mermaid")) == 0
    assert ".." not in capsys.readouterr().out
    for arguments, said in (
        (("-o", "odd.gif"), "no kind of diagram ends in .gif"),
        (("--format", "png"), "a PNG needs a file"),
    ):
        assert main(("erd", "odd.sql", *arguments)) == 2
        assert said in capsys.readouterr().err


def test_large_schemas_show_the_columns_of_keys() -> None:
    assert fitting(made_up(60)) == "all"
    assert fitting(made_up(61)) == "keys"
