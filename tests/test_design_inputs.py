"""What a design is made of beside prose: DBML, SQL, rows as CSV and JSON, in a brief, beside it, or in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbarchitect.api.design import read_spec
from dbarchitect.design.spec import Entity, Field, Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.errors import InputError
from dbarchitect.model.schema import Check
from dbarchitect.render.erd import dbml
from dbarchitect.sources import Workshop, open_source
from dbarchitect.sql.dbml import ddl_of
from test_design import NOW

ROOT = Path(__file__).parents[1]

SHOP = """
// a shop
Project shop { database_type: 'PostgreSQL' }
Enum status {
  pending
  paid [note: 'in full']
}
Table posts {
  id uuid [pk]
  user_id integer [not null, ref: > U.id]
  status status [default: 'pending']
  score decimal(5,2)
  "the title" string
  made datetime [default: `now()`]
  indexes {
    (user_id, status) [unique, name: 'u']
    made [type: brin]
  }
}
Table users as U {
  id integer [pk, increment]
  email varchar(80) [unique, not null, note: 'their \\'mail\\'']
  Note: 'People'
}
Table tags {
  a int
  b int
  indexes {
    (a, b) [pk]
  }
}
Table sales.profile {
  user_id int [not null]
}
Ref: sales.profile.user_id - users.id [delete: cascade]
Ref: posts.id <> users.id
TableGroup g {
  users
  posts
}
"""


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


def entity(spec: Spec, name: str) -> Entity:
    one = spec.entity(name)
    assert one is not None, [other.name for other in spec.entities]
    return one


def fields(spec: Spec, name: str) -> dict[str, Field]:
    return {one.name: one for one in entity(spec, name).fields}


def test_dbml_is_a_source(tmp_path: Path, workshop: Workshop) -> None:
    path = tmp_path / "shop.dbml"
    path.write_text(SHOP)
    schema = open_source(str(path), workshop, database="dbml").schema
    tables = {one.name.short: one for one in schema.tables}
    assert set(tables) == {"posts", "users", "tags", "sales.profile", "posts_users"}
    columns = {one.name: one for one in tables["posts"].columns}
    assert columns["the title"].type.sql == "text"
    assert columns["made"].type.sql == "timestamp with time zone"
    assert columns["score"].type.sql == "numeric(5,2)"
    assert columns["status"].type.kind == "enum"
    assert {one.name.name for one in tables["posts"].indexes} >= {"u"}
    assert tables["users"].comment == "People"
    assert tables["users"].columns[1].comment == "their 'mail'"
    (key,) = tables["sales.profile"].foreign_keys
    assert (key.on_delete, key.target.short) == ("CASCADE", "users")
    assert any(one.columns == ("user_id",) for one in tables["sales.profile"].constraints if "UNIQUE" in one.definition)
    assert len(tables["posts_users"].foreign_keys) == 2
    assert tables["tags"].primary_key is not None
    assert tables["tags"].primary_key.columns == ("a", "b")


@pytest.mark.parametrize("name", ["shop", "chat"])
def test_our_own_dbml_makes_our_own_tables(name: str, tmp_path: Path, workshop: Workshop) -> None:
    draft, _ = designed(read_spec(ROOT / "examples" / name / "brief.md"), now=NOW)
    made_here = tmp_path / f"{name}.sql"
    made_here.write_text(script(draft, name))
    path = tmp_path / f"{name}.dbml"
    designed_schema = open_source(str(made_here), workshop, database=f"first_{name}").schema
    first = {one.name.name: one for one in designed_schema.tables}
    path.write_text(dbml(designed_schema))
    schema = open_source(str(path), workshop, database=f"own_{name}").schema
    found = {one.name.name: one for one in schema.tables}
    assert set(found) == set(draft.tables)
    for table in draft.tables.values():
        made = found[table.name]
        assert {(one.name, one.not_null) for one in made.columns} == {
            (one.name, one.not_null or one.name in table.key) for one in table.columns
        }
        assert {(one.columns, one.target.name, one.on_delete) for one in made.foreign_keys} == {
            (one.columns, one.target, one.on_delete) for one in table.foreigns
        }
        assert made.primary_key is not None
        assert made.primary_key.columns == table.key
        checks = [sum(isinstance(one, Check) for one in each.constraints) for each in (made, first[table.name])]
        assert checks[0] == checks[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Table x {", r"x.dbml:1:\d+: no DBML"),
        ("Table x {\n  id int [check: `id > 0`]\n}", "x.dbml:2: check: is not read"),
        ("Table x {\n  id int\n  checks {\n    id > 0\n  }\n}", "x.dbml:3: checks is not read"),
        ("TablePartial p {\n  id int\n}", "x.dbml:1: TablePartial is not read"),
        ("Table a {\n  id int [ref: > b.id]\n}", "b not present"),
        ('Table a {\n  id "int); DROP TABLE x; --"\n}', "a.id: .* is no type"),
        ("   ", "is empty"),
        ("Enum e {\n  a\n}", "has no tables"),
    ],
)
def test_what_is_no_dbml_says_where(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        ddl_of(text, "x.dbml")


CUSTOMERS = """id,email,name,city,tier,code
1,a@x.org,Ann,Bonn,gold,A
2,b@x.org,Bob,,silver,A
3,c@x.org,Cem,Rom,gold,B
4,d@x.org,Dan,Rom,gold,C
5,e@x.org,Eve,Rom,silver,D
6,f@x.org,Fay,Rom,silver,E
"""
ORDERS = """[{"id": 1, "customer_id": 1, "total": 12.5, "lines": [{"sku": "x", "quantity": 2}]},
 {"id": 2, "customer_id": 2, "total": 2, "lines": []}]"""


def test_files_beside_a_brief(tmp_path: Path) -> None:
    (tmp_path / "shop.dbml").write_text(SHOP)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "orders.json").write_text(ORDERS)
    brief = tmp_path / "brief.md"
    brief.write_text("---\ndata: shop.dbml, customers.csv, orders.json\n---\n# Shop\n\nA user has many orders.\n")
    spec = read_spec(brief)
    assert spec.unread == ()
    assert fields(spec, "user")["email"].unique
    assert fields(spec, "post")["status"].values == ("pending", "paid")
    assert entity(spec, "tag").key == (("a", "b"),)
    pairs = {(one.first.entity, one.second.entity) for one in spec.relations}
    assert {("user", "order"), ("customer", "order"), ("order", "line"), ("user", "post")} <= pairs
    assert all(one.line == 2 for one in entity(spec, "customer").fields)  # where the brief names the file
    designed(spec, now=NOW)


def test_a_sample_says_what_is_certain_and_what_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS)
    spec = read_spec(path)
    known = fields(spec, "customer")
    assert (known["email"].unique, known["email"].kind) == (True, "email")
    assert (known["city"].required, known["name"].required) == (False, True)
    assert known["tier"].values == ("gold", "silver")
    assert not known["code"].unique
    said = {one.what: one.because for one in spec.assumed}
    assert said["customer: city may be missing"].startswith("certain")
    assert said["customer: code is not unique"].startswith("certain: 6 values, 5 of them different")
    assert said["customer: email is unique"].startswith("guessed")
    assert said["customer: tier is one of gold, silver"].startswith("guessed")
    assert all(one.split(":")[0] in ("certain", "guessed") for what, one in said.items() if what.startswith("customer"))


def test_json_by_itself_is_rows_or_a_spec(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_text(ORDERS)
    spec = read_spec(path)
    assert {one.name for one in spec.entities} == {"order", "line"}
    path.write_text('{"entities": [{"name": "book"}]}')
    assert [one.name for one in read_spec(path).entities] == ["book"]


@pytest.mark.parametrize(
    ("named", "says"),
    [("gone.csv", "cannot read what the brief names, .*gone.csv"), ("../x.csv", "outside of"), ("a.xlsx", "no input")],
)
def test_files_that_are_not_there(named: str, says: str, tmp_path: Path) -> None:
    brief = tmp_path / "in" / "brief.md"
    brief.parent.mkdir()
    (tmp_path / "x.csv").write_text(CUSTOMERS)
    brief.write_text(f"---\ndata: {named}\n---\n# Shop\n\nA user has many orders.\n")
    with pytest.raises(InputError, match=says):
        read_spec(brief)


def test_a_brief_is_no_source_and_says_what_makes_one(tmp_path: Path, workshop: Workshop) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text("A user has many orders.\n")
    with pytest.raises(InputError, match="is a brief") as caught:
        open_source(str(brief), workshop)
    assert f"dba design {brief} -o architecture" in str(caught.value.hint)
