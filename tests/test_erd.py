"""The entity-relationship diagram: what must hold of the picture of any schema."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Type, Unique
from dbarchitect.render.erd import Implied, diagram
from dbarchitect.render.erd.boxes import cardinality, content
from dbarchitect.render.erd.layout import Layout, layout

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


def check_layout(schema: Relational, implied: tuple[Implied, ...], columns: str) -> Layout:
    """What must hold of any layout."""
    shown = content(schema, implied=implied, columns=columns)  # pyright: ignore[reportArgumentType]
    found = layout(shown)
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
        for point, box in ((way.points[0], link.child), (way.points[-1], link.parent)):
            place = found.places[box]
            assert point[0] in (round(place.x, 1), round(place.x + place.width, 1)), "ends at no border"
            assert place.y <= point[1] <= place.y + place.height, "ends beside its box"
        for (x, y), (to_x, to_y) in pairwise(way.points):
            assert x == to_x or y == to_y, "neither level nor upright"
            assert 0 <= x <= found.width and 0 <= y <= found.height, "outside of the picture"
            low_x, high_x, low_y, high_y = min(x, to_x), max(x, to_x), min(y, to_y), max(y, to_y)
            for place in found.places:
                inside = (
                    low_x < place.x + place.width - 0.1 and high_x > place.x + 0.1
                    and low_y < place.y + place.height - 0.1 and high_y > place.y + 0.1
                )  # fmt: skip
                assert not inside, "a line runs through a box"
    return found


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
        f"{SVG}{name}" for name in ("svg", "title", "desc", "style", "g", "rect", "path", "text")
    }]  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(schemas(), st.sampled_from(["all", "keys", "none"]))
def test_any_schema(made: tuple[Relational, tuple[Implied, ...]], columns: str) -> None:
    check_layout(*made, columns)
    check_svg(*made, columns)


@pytest.mark.parametrize(("tables", "schemas"), [(30, 1), (90, 1), (150, 6), (200, 2)])
def test_large(tables: int, schemas: int) -> None:
    schema = made_up(tables, schemas=schemas)
    check_layout(schema, (), "keys")
    check_svg(schema, (), "keys")


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
