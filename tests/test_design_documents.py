"""`dba design --target documents`: what is embedded, what servers take and refuse, and that a fault is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

import mongo_servers
from dbarchitect.__main__ import main
from dbarchitect.api import design_documents as api
from dbarchitect.api.design import read_spec
from dbarchitect.design.documents import queries as written_queries
from dbarchitect.design.documents.logical import logical
from dbarchitect.design.documents.placing import BUCKET, Layout, placed
from dbarchitect.design.spec import Access, End, Entity, Field, Order, Relation, Spec, Volume
from dbarchitect.design.tables import designed
from dbarchitect.engines.mongodb import standin as standins
from dbarchitect.errors import InputError
from dbarchitect.render.design_documents import documents_pages, verdict
from mongo_servers import mongo_client, mongo_server

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with mongo_server() as address:
        yield address


def layout_of(spec: Spec) -> Layout:
    draft, rows = designed(spec, now=NOW)
    return placed(logical(spec, draft, rows), spec)


def made(spec: Spec, folder: Path, server: str, **options: bool):
    said: dict[str, object] = {}

    def render(found, decisions, seeds):
        said["decisions"] = decisions
        return documents_pages(found, decisions, seeds, spec=spec, command="dba design")

    url = f"mongodb://{server}/?directConnection=true" if server else ""
    found = api.design_documents(spec, folder, api.DocumentsOptions(server=url, now=NOW, **options), render)
    return found, said["decisions"]


def of(first: str, second: str, **more: int | None) -> Relation:
    return Relation(first=End(entity=first, least=1, most=1), second=End(entity=second, **more))


POST = Spec(
    entities=(
        Entity(name="post", fields=(Field(name="title"), Field(name="slug", kind="slug", unique=True))),
        Entity(name="comment", fields=(Field(name="body", kind="text"),)),
    ),
    relations=(of("post", "comment"),),
    access=(
        Access(text="show", verb="get", entity="post", by=("slug",), with_=("comment",), per_second=10),
        Access(text="comment", verb="add", entity="comment"),
    ),
    volumes=(Volume(entity="post", rows=1000), Volume(entity="comment", rows=10_000)),
)


def with_most(most: int | None) -> Spec:
    return replace(POST, relations=(of("post", "comment", most=most),))


def test_an_array_without_a_bound_is_not_embedded_and_with_one_it_is():
    assert layout_of(POST).placements[0].chosen == "reference"
    embed = layout_of(POST).placements[0].alternatives[0]
    assert embed.refused.startswith("unbounded")
    assert embed.most_bytes is None
    bounded = layout_of(with_most(20))
    assert (bounded.placements[0].chosen, bounded.most["comment"]) == ("embed", 20)


def test_an_array_that_would_be_too_large_is_not_embedded():
    found = layout_of(with_most(100_000)).placements[0]
    assert found.chosen == "reference"
    assert "MB of at most 16" in found.alternatives[0].refused


def test_the_number_of_queries_is_that_of_each_form():
    asked = dict(layout_of(with_most(20)).placements[0].asked)
    assert dict(asked["show"]) == {"embed": 1, "reference": 2}


def test_what_is_read_by_itself_far_more_often_is_not_embedded():
    lone = Access(text="latest comments of all", verb="list", entity="comment", limit=5, per_second=500)
    spec = replace(with_most(20), access=(*POST.access, lone))
    assert layout_of(spec).placements[0].chosen == "reference"


def test_copies_are_kept_unless_they_change_too_often():
    read = Access(text="comments", verb="list", entity="comment", with_=("post",), limit=20, per_second=50)
    change = Access(text="rename", verb="change", entity="post", fields=("title",), per_second=0.001)
    chosen = [
        layout_of(replace(POST, access=(read, replace(change, per_second=rate)))).placements[0].chosen
        for rate in (0.001, 1000.0)
    ]
    assert chosen == ["extended reference", "reference"]


def test_points_in_time_go_into_buckets():
    found = layout_of(read_spec(ROOT / "tests" / "designs" / "iot.json"))
    assert {one.child: one.chosen for one in found.placements if one.parent == "device"}["reading"] == "bucket"
    assert found.most["reading"] == BUCKET


def test_everything_holds_on_a_server(tmp_path, address):
    """All forms of access, tenants, trees, kinds, copies, pairs, queues, soft deletion."""
    spec = read_spec(ROOT / "tests" / "documents_library.json")
    found, decisions = made(spec, tmp_path / "out", address)
    assert found.failures == ()
    assert found.level == "measured"
    assert found.standin
    outcomes = {one.text: one.outcome for one in found.queries}
    assert {text for text, outcome in outcomes.items() if outcome != "same"} == {"by hand"}
    assert [one.text for one in found.queries if one.refused] == ["by hand"]
    assert found.setup == ("setup.py up makes the collections", "setup.py down leaves nothing of them")
    probes = [each for one in found.collections for each in one.probes]
    assert all(one.held for one in probes)
    assert sum(not one.accepted for one in probes) > 60
    said = [(one.topic, one.what) for one in decisions]
    assert any(topic == "tenancy" and what.startswith("no row security") for topic, what in said)
    assert any("overlap" in what for _, what in said)
    assert any("naming a artist" in what or "naming an artist" in what for _, what in said)
    with mongo_client(address) as client:  # nothing is left of it
        assert not [name for name in client.list_database_names() if name.startswith("dba_scratch")]


def test_every_query_has_an_index_and_it_spares_work(tmp_path, address):
    found, _ = made(read_spec(ROOT / "examples" / "shop" / "brief.md"), tmp_path / "out", address)
    assert found.holds
    counted = {one.text.split(" (")[0]: one for one in found.queries if one.counted is not None}
    listed = counted["list a customer's orders, newest first, 20 at a time"]
    assert listed.index == "customerId_1_placedAt_-1"
    assert listed.counted.documents_examined <= 20 < listed.walked.documents_examined
    assert listed.counted.sorted == 0
    assert counted["show an order with its lines"].index == "_id_"
    for one in counted.values():
        assert one.counted.work <= one.walked.work


def test_one_of_several_values_is_found_in_its_array_and_two_documents_may_have_it(tmp_path, address):
    brief = tmp_path / "brief.md"
    brief.write_text(
        "# Ward\n\nA patient has a name, allergies and phone numbers.\n\n## Queries\n\n- list patients by allergy\n"
    )
    found, decisions = made(read_spec(brief), tmp_path / "out", address)
    assert found.failures == ()
    assert [(one.outcome, one.index) for one in found.queries] == [("same", "allergies.allergy_1")]
    assert not any(index.unique for one in found.collections for index in one.indexes)
    assert "may occur twice in one patient" in [one.what for one in decisions]


def faults():
    def projected(command):
        return {**command, "projection": {"title": 0}}

    def unsorted(command):
        return {**command, "sort": {path: -way for path, way in command["sort"].items()}}

    def unfiltered(command):
        return {**command, "filter": {}}

    return [projected, unsorted, unfiltered]


@pytest.mark.parametrize("fault", faults(), ids=lambda one: one.__name__)
def test_a_wrong_query_is_found(tmp_path, address, monkeypatch, fault):
    access = Access(text="by title", verb="list", entity="post", by=("title",), limit=5)
    spec = replace(
        POST, access=(access, Access(text="all", verb="list", entity="post", order=(Order(field="slug"),), limit=9))
    )
    right = written_queries.written

    def wrong(asked, layout):
        made = right(asked, layout)
        if fault.__name__ == "unsorted" and "sort" not in made.commands[0]:
            return made
        return changed(made, commands=[fault(made.commands[0])])

    monkeypatch.setattr(api, "written", wrong)
    found, _ = made(spec, tmp_path / "out", address)
    assert not found.holds
    assert any(one.outcome == "differs" for one in found.queries)


def test_a_validator_that_takes_too_much_is_found(tmp_path, address, monkeypatch):
    right = api.schema_of

    def loose(tree, *, closed=False):
        schema = right(tree, closed=closed)
        schema["properties"].pop("slug", None)
        return schema

    monkeypatch.setattr(api, "schema_of", loose)
    found, _ = made(POST, tmp_path / "out", address)
    assert any("slug" in one for one in found.failures)
    assert "does not hold" in verdict(found)


def test_a_missing_unique_index_is_found(tmp_path, address, monkeypatch):
    right = api._unique
    monkeypatch.setattr(api, "_unique", lambda *given: [replace(one, unique=False) for one in right(*given)])
    doubles = api._doubles
    monkeypatch.setattr(
        api,
        "_doubles",
        lambda one, seeds: doubles(replace(one, indexes=tuple(replace(i, unique=True) for i in one.indexes)), seeds),
    )
    found, _ = made(POST, tmp_path / "out", address)
    assert any("two with the same slug" in one for one in found.failures)


def test_without_a_server_all_is_static(tmp_path, monkeypatch):
    monkeypatch.setattr(standins, "python_with_it", lambda: None)
    found, _ = made(POST, tmp_path / "out", "")
    assert (found.level, found.server, found.holds) == ("static", "", True)
    assert verdict(found).startswith("static")
    text = (tmp_path / "out" / "README.md").read_text()
    assert "static: not run" in text
    assert "measured" not in text.replace("measured and", "")


def test_the_stand_in_is_found_on_the_path(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(mongo_servers.emulator_python().parent), prepend=os.pathsep)
    shutil.copy(ROOT / "examples" / "notes" / "brief.md", tmp_path / "brief.md")
    monkeypatch.chdir(tmp_path)
    assert main(["design", "brief.md", "--target", "documents", "-o", "out", "--no-input"]) == 0
    told = capsys.readouterr().out
    assert "mongoeco" in told
    assert "stand-in:" in told


def test_the_folder_sets_up_a_database_of_its_own(tmp_path, address, monkeypatch):
    found, _ = made(POST, tmp_path / "out", address)
    assert found.holds
    environment = {**os.environ, "MONGODB_URL": f"mongodb://{address}/?directConnection=true"}

    def ran(*words):
        command = [sys.executable, str(tmp_path / "out" / "setup.py"), *words, "--database", "blog"]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    with mongo_client(address) as client:
        try:
            assert ran("up", "--seed").returncode == 0
            assert client.blog.posts.count_documents({}) > 3
            assert set(client.blog.posts.index_information()) == {"_id_", "slug_1"}
            assert ran("down").returncode == 0
            assert client.blog.list_collection_names() == []
        finally:
            client.drop_database("blog")


def test_the_scripts_for_mongosh_are_javascript(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.fail("these tests read JavaScript with node")
    made(POST, tmp_path / "out", "")
    for name in ("setup.js", "queries.js", "integrity.js"):
        ran = subprocess.run([node, "--check", str(tmp_path / "out" / name)], capture_output=True, text=True)
        assert not ran.returncode, ran.stderr


def test_it_is_brought_up_to_date_and_work_of_others_stays(tmp_path, address):
    folder = tmp_path / "out"
    first, _ = made(POST, folder, address)
    again, _ = made(POST, folder, address)
    assert again.written == ()
    assert again.unchanged == len(first.written)
    (folder / "setup.js").write_text("mine")
    with pytest.raises(InputError, match=r"setup\.js.*somebody changed"):
        made(POST, folder, address)
    renewed, _ = made(POST, folder, address, force=True)
    assert renewed.written == ("setup.js",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "documents", "--orm", "prisma"], "of tables"),
        (["--server", "mongodb://localhost/"], "--target documents"),
        (["--target", "documents", "--server", "postgresql://localhost/x"], "no MongoDB URL"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, monkeypatch, capsys, words, said):
    shutil.copy(ROOT / "examples" / "notes" / "brief.md", tmp_path / "brief.md")
    monkeypatch.chdir(tmp_path)
    assert main(["design", "brief.md", "-o", "out", "--no-input", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_result_is_json(tmp_path, address, monkeypatch, capsys):
    shutil.copy(ROOT / "examples" / "notes" / "brief.md", tmp_path / "brief.md")
    monkeypatch.chdir(tmp_path)
    server = f"mongodb://{address}/?directConnection=true"
    words = ["design", "brief.md", "-o", "out", "--no-input", "--target", "documents", "--server", server]
    assert main([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "dbarchitect.documents-architecture/1"
    assert told["level"] == "measured"
