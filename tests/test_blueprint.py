"""Names and relations of a schema, as object-relational mappers get them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.orm.blueprint import Blueprint, Naming, distinct, draw

SHOP = """
CREATE TABLE people (id int PRIMARY KEY, manager_id int REFERENCES people, "displayName" text);
CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, reviewer_id int REFERENCES people,
    owner_id int NOT NULL REFERENCES people);
CREATE TABLE passports (person_id int PRIMARY KEY REFERENCES people);
CREATE TABLE person_categories (person_id int REFERENCES people, category_id int REFERENCES categories,
    PRIMARY KEY (person_id, category_id));
CREATE TABLE follows (follower_id int REFERENCES people, followed_id int REFERENCES people,
    PRIMARY KEY (follower_id, followed_id));
CREATE TABLE shipments (id int PRIMARY KEY, ship_via int REFERENCES people);
CREATE SCHEMA billing;
CREATE TABLE billing.people (id int PRIMARY KEY);
CREATE VIEW adults AS SELECT id FROM people;
"""


@pytest.fixture
def shop(database: Callable[..., Any]) -> Blueprint:
    return draw(inspect(database(SHOP).connection, facts=False))


def relations(blueprint: Blueprint, table: str, schema: str = "public") -> dict[str, str]:
    entity = blueprint.entity(Name(schema=schema, name=table))
    return {english.snake(one.words): f"{one.kind} {one.to.name}" for one in blueprint.of(entity)}


def test_names_of_entities(shop: Blueprint) -> None:
    named = {str(one.name): (english.pascal(one.words), english.camel(one.many)) for one in shop.entities}
    assert named == {
        "billing.people": ("BillingPerson", "billingPeople"),
        "public.adults": ("Adult", "adults"),
        "public.categories": ("Category", "categories"),
        "public.follows": ("Follow", "follows"),
        "public.passports": ("Passport", "passports"),
        "public.people": ("Person", "people"),
        "public.person_categories": ("PersonCategory", "personCategories"),
        "public.shipments": ("Shipment", "shipments"),
    }
    assert [one.name.name for one in shop.entities if one.junction] == ["follows", "person_categories"]


def test_relations_in_both_directions(shop: Blueprint) -> None:
    assert relations(shop, "categories") == {
        "parent": "many to one categories",
        "reviewer": "many to one people",
        "owner": "many to one people",
        "children": "one to many categories",
        "person_categories": "one to many person_categories",
        "people": "many to many people",
    }
    people = relations(shop, "people")
    assert people["manager"] == "many to one people" and people["reports"] == "one to many people"
    assert people["reviewer_categories"] == people["owner_categories"] == "one to many categories"
    assert people["passport"] == "one to one back passports"
    assert people["followers"] == people["followeds"] == "many to many people"
    assert relations(shop, "passports") == {"person": "one to one people"}
    assert relations(shop, "shipments") == {"ship_via_person": "many to one people"}


def test_tables_that_triggers_guard_are_known(database: Callable[..., Any]) -> None:
    script = """
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;
        CREATE TABLE pairs (id int);
        CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON pairs FOR EACH ROW EXECUTE FUNCTION no();
        CREATE TABLE stamped (id int);
        CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION no();
        CREATE TABLE logged (id int);
        CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON logged FOR EACH ROW EXECUTE FUNCTION no();
        CREATE TABLE open (id int);
        CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON open FOR EACH ROW EXECUTE FUNCTION no();
        ALTER TABLE open DISABLE TRIGGER guard;
    """
    found = draw(inspect(database(script).connection, facts=False))
    assert [one.name.name for one in found.entities if one.guarded] == ["pairs"]


def test_rows_that_a_computed_column_may_refuse_are_known(database: Callable[..., Any]) -> None:
    """A row of plain values has no members in its documents, and nothing where NULL may be."""
    found = draw(
        inspect(
            database("""
                CREATE TABLE document (value jsonb NOT NULL,
                    id text NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED);
                CREATE TABLE maybe (value jsonb NOT NULL, id text GENERATED ALWAYS AS (value ->> 'id') STORED);
                CREATE TABLE line (price int NOT NULL, net int NOT NULL GENERATED ALWAYS AS (price * 2) STORED);
                CREATE TABLE offer (price int, net int NOT NULL GENERATED ALWAYS AS (price * 2) STORED);
                CREATE TABLE shown (name text, said text NOT NULL GENERATED ALWAYS AS (coalesce(name, '')) STORED);
            """).connection,
            facts=False,
        )
    )
    assert {one.name.name for one in found.entities if one.computed} == {"document", "offer"}


def test_names_can_be_given_and_wrong_ones_are_refused(database: Callable[..., Any]) -> None:
    schema = inspect(database(SHOP).connection, facts=False)
    given = {"public.people": "Human", "public.categories.categories_owner_id_fkey": "keeper/kept"}
    blueprint = draw(schema, Naming(names=given))
    assert blueprint.entity(Name(schema="public", name="people")).words == ("human",)
    assert "keeper" in relations(blueprint, "categories") and "kept" in relations(blueprint, "people")
    with pytest.raises(InputError, match=r"there is no .* public\.peple"):
        draw(schema, Naming(names={"public.peple": "X"}))
    with pytest.raises(InputError, match="cannot be named"):
        draw(schema, Naming(names={"public.people": "--"}))


def test_equal_names_are_told_apart_and_the_first_keeps_its_own() -> None:
    ref = ObjectRef(kind="table", schema="public", name="t")
    wanted = [(name, ref) for name in ("user", "User", "user", "class")]
    assert distinct(wanted, reserved={"class"}) == ["user", "User", "user2", "class_"]
    with pytest.raises(InputError, match="no letter or digit"):
        distinct([("", ref)])


@pytest.mark.parametrize(
    ("one", "many"),
    [("category", "categories"), ("status", "statuses"), ("person", "people"), ("box", "boxes"), ("day", "days"),
     ("news", "news"), ("address", "addresses"), ("branch", "branches"), ("house", "houses"), ("data", "data")],
)  # fmt: skip
def test_singular_and_plural(one: str, many: str) -> None:
    assert english.plural(one) == english.plural(many) == many
    assert english.singular(many) == english.singular(one) == one
