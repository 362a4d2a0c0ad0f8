"""`dba documents migrate`: plans, scripts, and runs up and down on a server, ended at each step and gone on with.

The server is an emulator that enforces validators; `collMod`, which it lacks, is added in mongo_emulator.py.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pymongo import MongoClient
from pymongo.errors import WriteError

from dbarchitect.api import documents_migration as api
from dbarchitect.cli import run
from dbarchitect.documents.shell import wanted_of
from dbarchitect.engines.mongodb.migrator import JOURNAL, begin, carry, same, state_of, to_resume, to_undo
from dbarchitect.errors import InputError
from dbarchitect.model.documents_migration import CollectionState, DocumentMigration
from mongo_servers import mongo_client, mongo_server

VALIDATOR = {
    "$jsonSchema": {"bsonType": "object", "required": ["status"], "properties": {"status": {"enum": ["a", "b"]}}}
}
NAMES = ("orders", "people")


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with mongo_server() as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Generator[MongoClient]:
    with mongo_client(address) as found:
        yield found


def url_of(address: str, name: str) -> str:
    return f"mongodb://{address}/{name}?directConnection=true"


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    """What the verbs write, as a script: a validator, an index, one to go, and a collection that is new."""
    path = tmp_path / "wanted.js"
    path.write_text(
        f"db.runCommand({{collMod: \"orders\", validator: {json.dumps(VALIDATOR)}, validationLevel: 'strict',"
        " validationAction: 'error'})\n"
        'db.getCollection("orders").createIndex({"status": 1, "at": -1}) // by the queries\n'
        'db.getCollection("orders").dropIndex("old_1");\n'
        "db.createCollection('people', {validator: {name: {$type: 'string'}}});\n"
    )
    return path


def fill(client: MongoClient, name: str, *, wrong: int = 0) -> None:
    client.drop_database(name)
    database = client[name]
    database.create_collection(
        "orders", validator={"_id": {"$exists": True}}, validationLevel="moderate", validationAction="warn"
    )
    database.orders.insert_many([{"_id": n, "status": "ab"[n % 2], "at": n} for n in range(30)])
    if wrong:
        database.orders.insert_many([{"_id": 100 + n, "status": "z"} for n in range(wrong)])
    database.orders.create_index("old", expireAfterSeconds=60 * 60, sparse=True)


def test_up_and_down_with_equal_states(
    client: MongoClient, address: str, wanted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(client, "updown")
    database, url = client["updown"], url_of(address, "updown")
    before = state_of(database, NAMES)
    with mongo_server() as scratch, mongo_client(scratch) as ours:
        names = set(ours.list_database_names())
        given = ["documents", "migrate", url, str(wanted), "-o", str(tmp_path / "m"), "--server"]
        assert run([*given, f"mongodb://{scratch}/?directConnection=true"]) == 0
        assert set(ours.list_database_names()) == names
    said = capsys.readouterr().out
    assert "rehearsed on mongoeco 7.0.0: up and down, the state then equal to the one before" in said
    assert "measured: none" in said
    assert state_of(database, NAMES) == before  # a plan changes nothing
    kinds = [one["kind"] for one in json.loads((tmp_path / "m" / "migration.json").read_text())["steps"]]
    assert kinds == ["create", "index", "warn", "count", "enforce", "warn", "count", "enforce", "hide"]
    assert run(["documents", "migrate", url, str(wanted), "--apply", "--yes"]) == 0
    assert "the state of the server is the wanted one" in capsys.readouterr().out
    orders, people = state_of(database, NAMES)
    assert json.loads(orders.validator) == VALIDATOR
    assert (orders.level, orders.action) == ("strict", "error")
    assert json.loads(orders.indexes["old_1"])["hidden"] is True
    assert "status_1_at_-1" in orders.indexes
    assert people.exists
    with pytest.raises(WriteError):
        database.orders.insert_one({"status": "other"})
    # The next migration drops what is hidden, and nothing else is left to do.
    assert run(["documents", "migrate", url, str(wanted), "--apply", "--yes", "--format", "json"]) == 0
    assert "old_1" not in state_of(database, NAMES)[0].indexes
    assert run(["documents", "migrate", url, "--undo", "--yes"]) == 0
    hidden = json.loads(state_of(database, NAMES)[0].indexes["old_1"])
    assert hidden["expireAfterSeconds"] == 3600
    assert hidden["sparse"] is True
    assert run(["documents", "migrate", url, "--undo", "--yes"]) == 0
    assert "equal to the one before" in capsys.readouterr().out
    assert state_of(database, NAMES) == before
    with pytest.raises(InputError, match="to undo"):
        run(["documents", "migrate", url, "--undo"])


def test_offenders_are_counted_and_stop_a_run(
    client: MongoClient, address: str, wanted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The validator then only warns; when the documents are mended the run goes on to its end."""
    fill(client, "wrong", wrong=3)
    database, url = client["wrong"], url_of(address, "wrong")
    before = state_of(database, NAMES)
    assert run(["documents", "migrate", url, str(wanted)]) == 1
    assert "3 are in the way, such as 100, 101, 102" in capsys.readouterr().out
    assert run(["documents", "migrate", url, str(wanted), "--apply", "--yes"]) == 1
    assert "3 documents of orders would be refused" in capsys.readouterr().out
    assert state_of(database, ["orders"])[0].action == "warn"
    with pytest.raises(InputError, match="not at its end"):  # nobody is asked about what cannot be done
        run(["documents", "migrate", url, str(wanted), "--apply"])
    assert run(["documents", "migrate", url, "--resume", "--yes"]) == 1
    database.orders.update_many({"status": "z"}, {"$set": {"status": "a"}})
    assert run(["documents", "migrate", url, "--resume", "--yes"]) == 0
    assert state_of(database, ["orders"])[0].action == "error"
    capsys.readouterr()
    with pytest.raises(InputError, match="no terminal to ask on"):
        run(["documents", "migrate", url, "--undo"])
    said = capsys.readouterr().err
    assert ": to undo " in said
    assert said.index("back: 9. ") < said.index("back: 1. ")
    assert state_of(database, ["orders"])[0].action == "error"
    assert run(["documents", "migrate", url, "--undo", "--yes"]) == 0
    assert state_of(database, NAMES) == before
    with pytest.raises(InputError, match="is open"):
        run(["documents", "migrate", url, "--resume"])


class EndedError(Exception):
    """The run is ended here, as by a signal."""


def end_at(number: int) -> Any:
    """What is told of steps, until the run is ended before the command of one."""
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if len(told) > number:
            raise EndedError

    return tell


def planned(client: MongoClient, address: str, name: str, wanted: Path) -> DocumentMigration:
    return api.plan(url_of(address, name), [wanted], lambda _: None)


def test_a_run_that_was_ended_goes_on_or_back_from_each_step(client: MongoClient, address: str, wanted: Path) -> None:
    fill(client, "ended")
    database = client["ended"]
    before = state_of(database, NAMES)
    made = planned(client, address, "ended", wanted)
    changes = [one for one in made.steps if one.kind != "count"]
    for number in range(len(changes)):
        for lost in (False, True):  # whether the command came through and only the journal did not
            with pytest.raises(EndedError):
                begin(database, made, end_at(number))
            assert len(database[JOURNAL].find_one({"state": "running"})["done"]) >= number
            if lost:
                database.command(json.loads(changes[number].up))
                found = carry(database, to_resume(database), lambda _: None)
                assert found.equal
                assert state_of(database, ["orders"])[0].action == "error"
            back = carry(database, to_undo(database), lambda _: None)
            assert back.equal, (number, lost)
            assert same(state_of(database, NAMES), before)
    begin(database, made, lambda _: None)
    with pytest.raises(EndedError):
        carry(database, to_undo(database), end_at(3))
    assert carry(database, to_resume(database), lambda _: None).direction == "down"  # it goes on in its direction
    assert same(state_of(database, NAMES), before)


def test_a_collection_with_documents_is_not_dropped(client: MongoClient, address: str, wanted: Path) -> None:
    fill(client, "full")
    database = client["full"]
    begin(database, planned(client, address, "full", wanted), lambda _: None)
    database.people.insert_one({"name": "one"})
    back = carry(database, to_undo(database), lambda _: None)
    assert "people has documents by now" in back.stopped
    assert database.people.count_documents({}) == 1


def test_the_state_must_be_the_one_of_the_plan(client: MongoClient, address: str, wanted: Path) -> None:
    fill(client, "moved")
    made = planned(client, address, "moved", wanted)
    client["moved"].orders.create_index("more")
    with pytest.raises(InputError, match="has changed since"):
        api.apply(url_of(address, "moved"), made, lambda _: None, lambda: True)


def test_what_the_verbs_write_is_what_is_read(
    client: MongoClient, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(client, "written")
    url = url_of(address, "written")
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"find": "orders", "filter": {"status": "a"}, "sort": {"at": 1}}\n')
    states = []
    for form in ("script", "json"):
        files = []
        for words in (["validators", url], ["index", url, str(queries)]):
            path = tmp_path / f"{words[0]}.{form}"
            assert run(["documents", *words, "--format", form, "-o", str(path)]) == 0
            files.append(path)
        states.append(wanted_of({str(one): one.read_text() for one in files}))
    assert states[0] == states[1]
    assert states[0].validators["orders"][1:] == ("strict", "error")
    assert [name for name, _ in states[0].indexes] == ["orders"]
    assert run(["documents", "migrate", url, *map(str, files), "--drop-others"]) == 0
    said = capsys.readouterr().out
    assert "make the index status_1_at_1" in said
    assert "hide the index old_1" in said


def test_the_scripts_are_javascript_that_checks_its_database(
    client: MongoClient, address: str, wanted: Path, tmp_path: Path
) -> None:
    """Run by node over a `db` that keeps what it is told: the same commands, in order."""
    fill(client, "script")
    made = planned(client, address, "script", wanted)
    api.write_migration(made, tmp_path / "m")
    node = shutil.which("node")
    assert node is not None
    for name, wants in (
        ("up.js", [one.up for one in made.steps if one.kind != "count"]),
        ("down.js", [one.down for one in reversed(made.steps) if one.down]),
    ):
        shim = (
            "const told = []; const EJSON = {deserialize: (one) => one};"
            'let named = "script"; const db = {getName: () => named, runCommand: (one) => (told.push(one), {ok: 1}),'
            " getCollection: () => ({countDocuments: () => 0})};\n"
        )
        text = shim + (tmp_path / "m" / name).read_text() + "\nconsole.log(JSON.stringify(told));"
        ran = subprocess.run([node, "-"], input=text, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == [json.loads(one) for one in wants]
        other = subprocess.run([node, "-"], input=text.replace('named = "script"', 'named = "prod"'),
                               capture_output=True, text=True, timeout=60)  # fmt: skip
        assert "this is for the database" in other.stderr


def test_wrong_input_is_told(client: MongoClient, address: str, wanted: Path, tmp_path: Path) -> None:
    fill(client, "input")
    url = url_of(address, "input")
    bad = tmp_path / "bad.js"
    for text, why in (
        ("db.orders.insertOne({})", "bad.js:1: insertOne is not read"),
        ("\nwhile (true) {}", "bad.js:2: 'while' where db is expected"),
        ('db.orders.createIndex({"a": x})', "'x' is no literal"),
        ("db.runCommand({collMod: 'orders', validator: {}, validationAction: 'loud'})", "no level and action"),
        ('{"validators": [{}]}', "is no JSON of dba documents"),
        ("// nothing", "asks for nothing"),
    ):
        bad.write_text(text)
        with pytest.raises(InputError, match=why):
            run(["documents", "migrate", url, str(bad)])
    for words in ([url], [url, str(wanted), "--undo"], [url, "--undo", "--resume"], [url, str(tmp_path / "none.js")],
                  [url, "--undo"], ["postgresql://h/d", str(wanted)], [url, str(wanted), "--server", url]):  # fmt: skip
        with pytest.raises(InputError):
            run(["documents", "migrate", *words])


def test_states_that_differ_are_not_the_same() -> None:
    one = CollectionState(name="c", validator='{"a": 1, "b": 2}', level="strict", action="warn", indexes={})
    assert same([one], [replace(one, validator='{"b": 2, "a": 1}')])
    assert not same([one], [replace(one, action="error")])
    index = {"i": '{"name": "i", "key": {"a": 1, "b": 1}}'}
    other = {"i": '{"name": "i", "key": {"b": 1, "a": 1}}'}
    assert not same([replace(one, indexes=index)], [replace(one, indexes=other)])
