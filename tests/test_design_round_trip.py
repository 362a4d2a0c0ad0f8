"""Design, `--from`, and design again: what a brief says comes back from the schema that it was made into, whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbarchitect.api.recover import RecoverOptions, recover_in
from dbarchitect.design.brief import read_brief
from dbarchitect.design.recovery import Recovery
from dbarchitect.design.spec import Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.migrate.compare import differences
from dbarchitect.model.schema import Relational
from dbarchitect.sources import Workshop, open_source

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 26, tzinfo=UTC)

FEATURES = {
    "adjacency": "A page has a title. Pages form a tree, kept as an adjacency list.",
    "closure": "A page has a title. Pages form a tree, kept as a closure table.",
    "ltree": "A page has a title. Pages form a tree, kept as ltree paths, at most 6 levels deep.",
    "tree of tenants": "A company has a name. A company has many pages. A page has a title. Pages form a tree, kept "
    "as a closure table. Each company's data is isolated.",
    "states": "An order has a number (unique) and a status (pending, paid, shipped, cancelled). An order goes from "
    "pending to paid to shipped. Pending can become cancelled.",
    "queue": "A job has a kind and a payload (json). Jobs are a queue.",
    "audit": "A price list has a name and a price in EUR. Changes to price lists are audited.",
    "history": "A contract has a number (unique) and a text. The history of contracts is kept.",
    "soft deletion": "A customer has an email (unique) and a name. Customers are soft deleted.",
    "tenants": "A tenant has a name. A tenant has many users. A user has an email. Email is unique per tenant. A user "
    "has many posts. A post has a title and a body (text). All data belongs to a tenant.",
    "words": "An article has a title, a summary (text) and a body (text).\n\n## Access patterns\n\n"
    "- search articles by words in the title and body, 20 per page",
    "vectors": "A chunk has a text and an embedding (vector 768).\n\n## Access patterns\n\n"
    "- find the 8 chunks nearest to a question",
    "places": "A shop has a name and a location.\n\n## Access patterns\n\n- find the 10 shops nearest to a place",
    "parts by time": "A device has a serial (unique). A device has many readings. A reading has a measured at and a "
    "temperature (decimal). Readings are a time series. Readings are never changed.\n\n## Volumes\n\n"
    "5,000 devices, 43 million readings a day",
    "parts of an entity": "An order has a number (unique).\n\n### Order line\n\n| field | type |\n|---|---|\n"
    "| number | integer |\n| quantity | integer |\n\nKnown within its order by number.",
    "periods": "A room has a number (unique). A room has many bookings. A booking has a from date and a to date. The "
    "from date must be before the to date. Bookings of the same room must not overlap.",
    "one of two": "A company has a name. A person has a name. An account has an iban. An account belongs to either "
    "a person or a company.",
    "kinds": "A vehicle has a plate (unique). A car is a kind of vehicle; a car has doors (integer). A truck is a kind "
    "of vehicle; a truck has a load (decimal). A trailer is a kind of vehicle.",
    "pairs": "A student has a name. A course has a code (unique). Students and courses are many-to-many. Each "
    "enrolment has a grade (integer, 0 to 100).",
    "order": "A playlist has a name. A track has a title. A playlist has many tracks in order.",
    "several values": "A patient has a name, allergies and several phone numbers.",
    "a key over a reference": "All data belongs to a practice. A practice has a name. A practice has clinics. A clinic "
    "has a name. A visit is in one clinic. An invoice is for one visit. An invoice has a number and a year. Invoice "
    "numbers are unique per clinic and year.",
    "reserved words": "A booking has an end (timestamp), a user and an order (integer).",
    "comments": "### Item\n\n| field | type | comment |\n|---|---|---|\n| name | text | What is on the label |\n"
    "| price | money | Without tax |\n\nComment: What is for sale.",
    "types": "### Thing\n\n| field | type | required |\n|---|---|---|\n"
    "| a word | short text | yes |\n"
    "| a text | text | no |\n"
    "| slug | slug | yes |\n| email | email | yes |\n| phone | phone | no |\n| homepage | url | no |\n"
    "| size | bigint | yes |\n"
    "| ratio | decimal | yes |\n| price | money | yes |\n| rate | percentage | yes |\n| done | boolean | yes |\n"
    "| born on | date | yes |\n| opens | time of day | yes |\n| seen at | timestamp | yes |\n| stay | period | yes |\n"
    "| length | duration | yes |\n| uid | uuid | yes |\n| extra | json | yes |\n| picture | file | no |\n"
    "| address | ip | no |\n| place | location | no |\n| labels | tags | yes |\n| password | password | yes |",
    "public keys": "A customer has a name. A customer has many orders. An order has a note (text).",
}  # fmt: skip
HEADS = {"public keys": "---\nids: public\n---\n"}
EXAMPLES = {path.parent.name: path.read_text() for path in sorted(ROOT.glob("examples/*/brief.md"))}
BRIEFS = EXAMPLES | {name: f"{HEADS.get(name, '')}# T\n\n## Data\n\n{text}\n" for name, text in FEATURES.items()}

_numbers = count(1)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


class Made:
    """Designs made real, each in a database of its own."""

    def __init__(self, workshop: Workshop, folder: Path) -> None:
        self.workshop = workshop
        self.folder = folder

    def schema(self, spec: Spec) -> tuple[Path, Relational]:
        number = next(_numbers)
        path = self.folder / f"{number}.sql"
        path.write_text(script(designed(spec, now=NOW)[0], "T"))
        return path, open_source(str(path), self.workshop, database=f"trip_{number}").schema

    def recovered(self, path: Path) -> Recovery:
        return recover_in(self.workshop, str(path), RecoverOptions(now=NOW), name=f"trip_{path.stem}")


@pytest.fixture
def made(workshop: Workshop, tmp_path: Path) -> Made:
    return Made(workshop, tmp_path)


@pytest.mark.parametrize("name", BRIEFS)
def test_a_design_of_the_brief_of_a_design_is_that_design(name: str, made: Made) -> None:
    spec = read_brief(BRIEFS[name].encode(), "brief.md").spec
    # What is listed, and in which order, widens indexes; a schema by itself does not tell of it.
    spec = replace(spec, access=tuple(one for one in spec.access if one.verb != "list"))
    path, before = made.schema(spec)
    found = made.recovered(path)
    _, after = made.schema(read_brief(found.brief.encode(), "brief.md").spec)
    assert list(differences(before, after, privileges=False)) == []
    assert found.missing == ()
    assert found.kept.equivalent
    assert not [one for one in found.seen if not one.agrees]
    assert not [one for one in found.practices if one.revisit]


FOREIGN = """
CREATE EXTENSION ltree;
CREATE TABLE folders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint REFERENCES folders,
    name text);
CREATE TABLE folder_tree (upper_id bigint REFERENCES folders ON DELETE CASCADE,
    lower_id bigint REFERENCES folders ON DELETE CASCADE, distance int NOT NULL, PRIMARY KEY (upper_id, lower_id));
CREATE TABLE places (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint REFERENCES places, way ltree,
    words tsvector, title text);
CREATE TRIGGER words BEFORE INSERT OR UPDATE ON places FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.english', title);
CREATE TABLE parts (id bigint PRIMARY KEY, region text) PARTITION BY HASH (id);
"""


def test_what_others_named_otherwise_comes_back_too(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "foreign.sql"
    path.write_text(FOREIGN)
    found = made.recovered(path)
    assert "Folders form a tree, kept as a closure table." in found.brief
    assert "Places form a tree, kept as ltree paths." in found.brief
    assert "search places by title" in found.brief
    assert found.kept.equivalent, found.kept.differences
    assert any("PARTITION BY HASH" in one.what for one in found.missing)
