"""`dba design --from`: how a database that is there does trees, states, queues, history, deletion, search, tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbarchitect.design.practices import Practice, practices
from dbarchitect.sources import Workshop, open_source

TREES = """
CREATE EXTENSION ltree;
CREATE TABLE category (id int PRIMARY KEY, lft int NOT NULL, rght int NOT NULL, tree_id int, level int);
CREATE TABLE node (id int PRIMARY KEY, path varchar(255) UNIQUE, depth int NOT NULL, numchild int NOT NULL);
CREATE TABLE folder (id bigint PRIMARY KEY, parent_id bigint REFERENCES folder, name text);
CREATE TABLE folder_tree (ancestor bigint REFERENCES folder ON DELETE CASCADE,
    descendant bigint REFERENCES folder ON DELETE CASCADE, distance int NOT NULL, PRIMARY KEY (ancestor, descendant));
CREATE TABLE place (id bigint PRIMARY KEY, parent_id bigint REFERENCES place, way ltree);
CREATE TABLE comment (id bigint PRIMARY KEY, parent_id bigint, body text);
CREATE TABLE employee (id bigint PRIMARY KEY, manager_id bigint REFERENCES employee);
CREATE TABLE area (id bigint PRIMARY KEY, area_id bigint REFERENCES area);
CREATE FUNCTION area_up() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE up bigint := NEW.area_id; BEGIN
    WHILE up IS NOT NULL LOOP
        IF up = NEW.id THEN RAISE EXCEPTION 'circle'; END IF;
        SELECT area_id INTO up FROM area WHERE id = up;
    END LOOP; RETURN NEW; END $$;
CREATE TRIGGER up BEFORE UPDATE ON area FOR EACH ROW EXECUTE FUNCTION area_up();
"""
WORK = """
CREATE TABLE job (id bigint PRIMARY KEY, payload jsonb, run_at timestamptz, locked_at timestamptz, attempts int);
CREATE TABLE mail (id bigint PRIMARY KEY, scheduled_at timestamptz, locked_by text, done boolean);
CREATE INDEX ON mail (scheduled_at) WHERE NOT done;
CREATE TABLE ticket (id bigint PRIMARY KEY, status text NOT NULL, title text, tsv tsvector, code text UNIQUE,
    is_deleted boolean);
CREATE INDEX ON ticket USING gin (tsv);
CREATE FUNCTION ticket_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.status = 'closed' AND NEW.status <> 'closed' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER moves BEFORE UPDATE ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_moves();
CREATE TRIGGER words BEFORE INSERT OR UPDATE ON ticket FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(tsv, 'pg_catalog.english', title);
CREATE TABLE ticket_log (id bigint, old jsonb);
CREATE FUNCTION ticket_logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO ticket_log VALUES (OLD.id, to_jsonb(OLD)); RETURN NEW; END $$;
CREATE TRIGGER logs AFTER UPDATE ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_logs();
CREATE TABLE price (id bigint PRIMARY KEY, valid_from date, valid_to date);
CREATE TABLE reading (at timestamptz NOT NULL, v float) PARTITION BY RANGE (at);
CREATE TABLE reading_1 PARTITION OF reading FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE note (id bigint PRIMARY KEY, owner uuid);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON note USING (owner = current_setting('app.user')::uuid);
CREATE TABLE scribble (id bigint PRIMARY KEY, owner uuid);
"""
PLAIN = """
CREATE TABLE edge (parent_id bigint, child_id bigint, weight text, PRIMARY KEY (parent_id, child_id));
CREATE TABLE box (id bigint PRIMARY KEY, "left" int, top int, path text, level text);
CREATE TABLE lap (id bigint PRIMARY KEY, started_on date, attempts int NOT NULL);
CREATE TABLE account (id bigint PRIMARY KEY, status text CHECK (status IN ('on', 'off')), locked_at timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.status := OLD.status; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();
"""


@pytest.fixture(scope="module")
def found() -> Iterator[Callable[[str, Path, str], dict[str, Practice]]]:
    """`found(sql, folder, database)`: practices by the first object that each is about, with its topic."""
    workshop = Workshop()

    def made(sql: str, folder: Path, database: str) -> dict[str, Practice]:
        path = folder / "given.sql"
        path.write_text(sql)
        schema = open_source(str(path), workshop, database=database).schema
        return {f"{one.topic} {one.about[0]}": one for one in practices(schema)}

    try:
        yield made
    finally:
        workshop.close()


def test_each_way_to_keep_a_tree_is_named(found, tmp_path: Path) -> None:
    seen = found(TREES, tmp_path, "trees")
    assert {key: one.what.partition(":")[0] for key, one in seen.items()} == {
        "hierarchy category": "nested sets",
        "hierarchy node.path": "a materialised path",
        "hierarchy folder": "a closure",
        "hierarchy place.way": "ltree",
        "hierarchy comment.parent_id": "adjacency without a reference",
        "hierarchy employee.manager_id": "adjacency",
        "hierarchy area.area_id": "adjacency",
    }
    assert "no trigger of folder keeps the pairs" in seen["hierarchy folder"].revisit
    assert "no GiST index" in seen["hierarchy place.way"].revisit
    assert "circle" in seen["hierarchy employee.manager_id"].revisit
    assert seen["hierarchy area.area_id"].revisit == ""  # a trigger looks upwards


def test_each_way_to_work_is_named(found, tmp_path: Path) -> None:
    seen = found(WORK, tmp_path, "work")
    assert {key: bool(one.revisit) for key, one in seen.items()} == {
        "queue job": True,
        "queue mail": False,
        "state ticket.status": True,
        "history ticket": True,
        "deletion ticket.is_deleted": True,
        "search ticket.tsv": False,
        "history price": True,
        "partitioning reading": True,
        "tenancy note": True,
    }
    assert seen["history ticket"].about == ("ticket", "ticket_log")
    assert "DELETE is not recorded" in seen["history ticket"].revisit
    assert "UNIQUE (code)" in seen["deletion ticket.is_deleted"].revisit
    assert "scribble has owner and no row security" in seen["tenancy note"].revisit
    assert seen["partitioning reading"].what == "parts by month of at"


def test_what_only_looks_alike_is_not_named(found, tmp_path: Path) -> None:
    assert found(PLAIN, tmp_path, "plain") == {}
