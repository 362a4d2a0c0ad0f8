"""The choice of a database and an ORM: profiles on which experts agree, flips that flip, facts that grow old."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from dbarchitect.api import cache
from dbarchitect.api.choose import ChooseOptions, facts_of
from dbarchitect.api.choose import choose as choose_for
from dbarchitect.api.platform import ASKED
from dbarchitect.cli import run
from dbarchitect.design.choose import choose
from dbarchitect.design.constraints import CONSTRAINTS
from dbarchitect.design.options import OPTIONS, option
from dbarchitect.design.spec import Access, End, Entity, Field, Relation, Spec, Surroundings, Volume
from dbarchitect.errors import InputError
from dbarchitect.model.platform import PLATFORMS
from dbarchitect.model.value import to_json
from dbarchitect.sources import Workshop

CASES = sorted(Path(__file__).with_name("cases").joinpath("choose").glob("*.toml"))


def case(name: str) -> tuple[dict[str, object], Spec]:
    path = Path(__file__).with_name("cases") / "choose" / f"{name}.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return document, msgspec.convert(document["spec"], Spec)


def around(spec: Spec, **changes: object) -> Spec:
    return replace(spec, surroundings=replace(spec.surroundings, **changes))


# --- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [path.stem for path in CASES])
def test_profiles_get_the_answer_that_people_who_know_agree_on(name: str) -> None:
    expected, spec = case(name)
    found = choose(spec, facts_of())
    assert (found.database.option, found.orm.orm) == (expected["database"], expected["orm"]), expected["why"]
    assert found.runner_up is None or found.runner_up.option != found.database.option
    out = {one.option for one in found.ruled_out}
    left = {found.database.option, *(one.option for one in found.others)}
    left |= {found.runner_up.option} if found.runner_up else set()
    assert out | left == {one.id for one in OPTIONS}, "every option is ranked or ruled out"
    assert not out & left


@pytest.mark.parametrize("name", [path.stem for path in CASES])
def test_each_flip_flips_when_the_spec_is_changed_and_chosen_again(name: str) -> None:
    _, spec = case(name)
    found = choose(spec, facts_of())
    for flip in found.flips:
        again = choose(flip.spec, facts_of())
        assert (again.database.option, again.orm.orm) == (flip.database, flip.orm), flip.when
        assert (flip.database, flip.orm) != (found.database.option, found.orm.orm), flip.when
    assert found.flips, "something changes every answer"


def test_most_profiles_are_one_postgresql_and_each_database_is_somebodys_answer() -> None:
    answers = [case(path.stem)[0]["database"] for path in CASES]
    assert len(CASES) >= 20
    # CockroachDB is the answer to a flip of most of them: see test_worldwide_writes.
    assert set(answers) == {one.id for one in OPTIONS} - {"cockroachdb"}


def test_worldwide_writes_on_any_platform() -> None:
    _, spec = case("shop")
    found = choose(around(spec, regions=("eu", "us", "asia"), consistency="strong"), facts_of())
    assert found.database.option == "cockroachdb"


def test_thresholds_of_size_lie_where_the_facts_say() -> None:
    _, spec = case("shop")
    found = choose(spec, facts_of())
    flip = next(one for one in found.flips if one.when.startswith("the data is more than"))
    size = flip.spec.surroundings.disk_gb
    assert size is not None
    limit = facts_of().number("machine.storage_max") * 1024**4 / 1e9
    assert limit < size < limit * 1.002
    below = choose(around(spec, disk_gb=size * 0.995), facts_of())
    assert below.database.option == found.database.option


def test_facts_that_are_replaced_move_the_threshold(tmp_path: Path) -> None:
    _, spec = case("shop")
    mine = tmp_path / "mine.toml"
    mine.write_text('[machine.storage_max]\nvalue = 2\nsource = "our rack"\ndate = 2026-11-01\n')
    found = choose(around(spec, disk_gb=10_000.0), facts_of((mine,)))
    assert found.database.option not in ("postgresql", "neon", "supabase")
    assert found.scaling.steps[-1].reached
    assert choose(around(spec, disk_gb=10_000.0), facts_of()).database.option == "postgresql"


# --- what it says -----------------------------------------------------------------------------------------------------


def test_every_statement_is_labelled_and_facts_have_source_and_date() -> None:
    for path in CASES:
        found = json.loads(to_json(choose(case(path.stem)[1], facts_of())))
        for one in statements(found):
            assert one.get("known", "stated") in ("measured", "modelled", "stated")
            assert bool(one.get("source")) == bool(one.get("date"))


def statements(part: object) -> list[dict[str, str]]:
    if isinstance(part, list):
        return [found for one in part for found in statements(one)]
    if isinstance(part, dict):
        here = [part] if set(part) <= {"text", "known", "source", "date"} and "text" in part else []
        return here + [found for one in part.values() for found in statements(one)]
    return []


def test_one_postgresql_is_enough_is_said_and_what_is_not_needed() -> None:
    found = choose(case("shop")[1], facts_of())
    told = " ".join(one.text for one in found.not_needed)
    assert "a cache (Redis)" in told
    assert "sharding" in told
    assert found.scaling.steps[0].reached
    assert found.beside == ()


def test_a_cache_or_a_queue_is_beside_it_only_where_the_database_does_not_do() -> None:
    _, spec = case("queue-and-cache")
    told = [one.text for one in choose(spec, facts_of()).beside]
    assert any("PostgreSQL alone would do" in one and "cache" in one for one in told)
    assert any("SKIP LOCKED" in one for one in told)
    busy = replace(spec, volumes=(*spec.volumes, Volume(entity="customer", reads_a_second=90_000.0)))
    assert any(one.text.startswith("a cache: Redis") for one in choose(busy, facts_of()).beside)


def test_vectors_with_more_dimensions_than_an_index_takes_are_told_or_refused() -> None:
    _, spec = case("support-bot")

    def of(dimensions: int) -> Spec:
        fields = (Field(name="e", kind="vector", dimensions=dimensions),)
        return replace(spec, entities=(spec.entities[0], Entity(name="chunk", fields=fields)))

    wide = choose(of(3072), facts_of()).database
    assert wide.option == "pgvector"
    assert any("halfvec" in one.text for one in wide.serves)
    assert choose(of(8000), facts_of()).database.option not in ("pgvector", "neon", "supabase")


def test_a_budget_rules_out_by_published_prices() -> None:
    _, spec = case("serverless-shop")
    rich = around(spec, disk_gb=500.0)
    assert choose(rich, facts_of()).cost == pytest.approx(500 * 0.35 + 0.25 * 730 * 0.106)
    poor = choose(around(rich, budget_a_month=60.0, currency="USD"), facts_of())
    why = {one.option: one.why[0].text for one in poor.ruled_out}
    assert "USD a month" in why["neon"]
    assert poor.database.option == "postgresql"


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=[one.__name__ for one in CONSTRAINTS])
def test_each_constraint_rules_something_out(constraint) -> None:
    from dbarchitect.design.profile import profile_of

    specs = [case(path.stem)[1] for path in CASES]
    specs.append(around(case("serverless-shop")[1], disk_gb=500.0, budget_a_month=60.0))
    wide = (Entity(name="c", fields=(Field(name="e", kind="vector", dimensions=8000),)),)
    specs.append(Spec(entities=wide))
    facts = facts_of()
    assert any(constraint(profile_of(spec), one, facts) is not None for spec in specs for one in OPTIONS)


# --- several machines -------------------------------------------------------------------------------------------------


def several() -> Spec:
    return Spec(
        surroundings=Surroundings(runtime="python", runs="server"),
        entities=(
            Entity(name="company", fields=(Field(name="name"),)),
            Entity(name="project", fields=(Field(name="code", unique=True),)),
            Entity(name="task", fields=(Field(name="title"),)),
            Entity(name="country", fields=(Field(name="code", unique=True),)),
            Entity(name="news", fields=(Field(name="body", kind="text"),)),
        ),
        relations=(
            Relation(first=End(entity="company", least=1, most=1), second=End(entity="project")),
            Relation(first=End(entity="project", least=1, most=1), second=End(entity="task")),
        ),
        access=(
            Access(text="projects of a company", entity="project", by=("company",), per_second=100),
            Access(text="add a task", verb="add", entity="task", per_second=10),
            Access(text="all countries", entity="country"),
            Access(text="latest news", entity="news"),
        ),
        volumes=(Volume(entity="country", rows=200, rows_later=200), Volume(entity="company", rows=9, rows_later=9000)),
    )


def test_the_distribution_key_is_checked_against_the_access_patterns() -> None:
    found = choose(several(), facts_of()).scaling
    assert found.key == "company"
    assert found.colocated == ("project", "task")
    assert found.everywhere == ("country",)
    assert found.apart == ("news",)
    assert [one.goes for one in found.routed] == ["one machine", "one machine", "any machine", "all machines"]
    assert found.share == 0.75
    assert any(one.startswith("task: a column for the company") for one in found.changes)
    assert any("project.code is unique within a company only" in one for one in found.changes)


def test_the_key_follows_what_is_asked() -> None:
    spec = replace(
        several(), access=(Access(text="tasks of a project", entity="task", by=("project",), per_second=100),)
    )
    assert choose(spec, facts_of()).scaling.key == "project"


# --- facts ------------------------------------------------------------------------------------------------------------


def test_facts_are_warned_of_when_they_are_used_and_older_than_a_year() -> None:
    facts = facts_of()
    choose(case("serverless-shop")[1], facts)
    assert facts.old(date(2026, 11, 26)) == ()
    later = facts.old(date(2028, 1, 1))
    assert any(one.startswith("machine.storage_max is of") and "--facts" in one for one in later)
    assert not any("neon.hipaa" in one for one in later), "what is not used is not warned of"


def test_every_fact_has_a_source_and_a_date_in_the_past() -> None:
    facts = facts_of()
    names = set(facts._facts)
    assert len(names) > 25
    for name in names:
        assert facts[name].source, name
        assert facts[name].date <= date(2026, 11, 27), name


def test_every_fact_is_used_by_somebody() -> None:
    facts = facts_of()
    for path in CASES:
        spec = case(path.stem)[1]
        choose(spec, facts)
        for compliance in ("HIPAA",):
            choose(around(spec, compliance=(compliance,)), facts)
    cached = set(re.findall(r'"(upstash\.\w+)"', Path(cache.__file__).read_text()))  # what `dba cache` asks for
    assert cached
    told = {f"{name}.{key}" for name in PLATFORMS for key in ASKED} & set(facts._facts)
    assert set(facts._facts) == facts.used | cached | told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[machine.storage]\nvalue = 2\nsource = "x"\ndate = 2026-11-01\n', "no fact machine.storage"),
        ('[machine.storage_max]\nvalue = "big"\nsource = "x"\ndate = 2026-11-01\n', "is a number"),
        ("[machine.storage_max]\nvalue = 2\n", "holds no facts"),
        ('[machine.storage_max]\nvalue = -2\nsource = "x"\ndate = 2026-11-01\n', "below zero"),
        ('[machine.storage_max]\nvalue = 2\nunit = "GB"\nsource = "x"\ndate = 2026-11-01\n', "counted in TiB"),
        ("not toml", "holds no facts"),
    ],
)
def test_wrong_facts_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        facts_of((path,))


# --- bad input --------------------------------------------------------------------------------------------------------


def test_nothing_said_is_refused() -> None:
    with pytest.raises(InputError, match="nothing is said"):
        choose(Spec(title="something"), facts_of())


def test_a_contradiction_names_what_to_give_up() -> None:
    _, spec = case("edge-shop")
    with pytest.raises(InputError, match="contradicts itself") as caught:
        choose(around(spec, disk_gb=40_000.0), facts_of())
    assert "where it runs" in caught.value.hint
    assert "the size of the disk" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"platform": "geocities"}, "platform 'geocities'"),
        ({"needs": ("blockchain",)}, "need 'blockchain'"),
        ({"tenant": "galaxy"}, "tenant 'galaxy'"),
        ({"disk_gb": -1.0}, "the disk is -1"),
        ({"disk_gb": float("nan")}, "the disk is nan"),
        ({"runs": "device", "regions": ("eu", "us")}, "on a device"),
    ],
)
def test_what_means_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        choose(around(case("shop")[1], **changes), facts_of())


@pytest.mark.parametrize("content", ["", "[]", "{", '{"entitys": []}', '{"entities": [{"nam": 1}]}'])
def test_files_that_are_no_spec_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "spec.json"
    path.write_text(content)
    with pytest.raises(InputError):
        choose_for(str(path), ChooseOptions())


# --- the verb ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_the_verb_reads_a_spec(tmp_path: Path, capsys, form: str) -> None:
    path = tmp_path / "shop.json"
    path.write_bytes(to_json(case("shop")[1]))
    assert run(["choose", str(path), "--format", form]) == 0
    out = capsys.readouterr().out
    if form == "json":
        document = json.loads(out)
        assert document["schema"] == "dbarchitect.choice/1"
        assert document["database"]["option"] == "postgresql"
        flip = document["flips"][0]
        again = tmp_path / "flipped.json"
        again.write_text(json.dumps(flip["spec"]))
        assert run(["choose", str(again), "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["database"]["option"] == flip["database"]
    else:
        assert "PostgreSQL, and SQLAlchemy" in out
        assert "SQLite" in out
        assert out.endswith("\n")


def test_a_brief_that_a_person_wrote() -> None:
    path = Path(__file__).parents[1] / "examples" / "shop" / "brief.md"
    found = choose_for(str(path), ChooseOptions(now=datetime(2026, 11, 26, tzinfo=UTC)))
    assert (found.database.option, found.orm.orm) == ("postgresql", "sqlalchemy")
    assert found.profile.sized == "modelled"


SCRIPT = """
CREATE TABLE customer (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, total numeric(12,2));
INSERT INTO customer SELECT g, 'mail' || g FROM generate_series(1, 2000) g;
INSERT INTO orders SELECT g, 1 + g % 2000, 5 FROM generate_series(1, 20000) g;
"""


def test_a_source_with_its_workload(tmp_path: Path) -> None:
    script, workload = tmp_path / "shop.sql", tmp_path / "workload.sql"
    script.write_text(SCRIPT)
    workload.write_text(
        "-- calls: 500\nSELECT * FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.customer_id = 5;\n"
    )
    found = choose_for(str(script), ChooseOptions(workload=workload, data=True, runtime="node", runs="serverless"))
    assert (found.database.option, found.orm.orm) == ("neon", "drizzle")
    assert found.profile.sized == "measured"
    assert 1e6 < found.profile.bytes_later < 1e8
    assert found.profile.relations == 1
    assert found.scaling.key == "customer"
    assert choose_for(str(script), ChooseOptions()).database.option == "postgresql"


def test_a_live_source_that_counts_nothing_is_chosen_for_by_its_sizes(database) -> None:
    live = database(*SCRIPT.strip().splitlines(), "ANALYZE")
    found = choose_for(live.url, ChooseOptions())
    assert found.database.option == "postgresql"
    assert found.profile.sized == "measured"
    assert any("what is asked of it is not known" in one for one in found.warnings)
    assert found.scaling.key == "customer"


def test_a_source_of_vectors(tmp_path: Path) -> None:
    script = tmp_path / "vectors.sql"
    script.write_text("CREATE EXTENSION vector; CREATE TABLE chunk (id bigint PRIMARY KEY, e vector(384));")
    found = choose_for(str(script), ChooseOptions())
    assert found.database.option == "pgvector"
    assert found.profile.dimensions == 384


# --- measured ---------------------------------------------------------------------------------------------------------


def test_both_engines_give_the_same_rows_for_what_is_measured(monkeypatch, server) -> None:
    """What is timed must be the same question: the answers of every pattern are compared row by row."""
    from dbarchitect.prove import choose as room

    seen: list[tuple[str, list[object]]] = []
    timed = room._pattern

    def compared(access, tables, connection, lite, dice):
        import random

        found = timed(access, tables, connection, lite, dice)
        if found.sql and not found.sql.startswith("INSERT"):
            _, draw = room._query(access, tables, random.Random(7))
            for _ in range(5):
                values = draw()
                first = connection.execute(found.sql.replace("?", "%s"), values).fetchall()
                second = lite.execute(found.sql, values).fetchall()
                assert sorted(map(plain, first)) == sorted(map(plain, second)), found.sql
                seen.append((found.sql, first))
        return found

    monkeypatch.setattr(room, "_pattern", compared)
    _, spec = case("shop")
    spec = replace(
        spec,
        access=(
            Access(text="orders of a customer", entity="order", by=("customer",)),
            Access(text="a customer", verb="get", entity="customer", by=("email",)),
            Access(text="an order", verb="get", entity="order"),
            Access(text="since", entity="order", by=("customer",), since=("placed at", "30 days")),
            Access(text="how many", verb="count", entity="order", grouped=("customer",)),
            Access(text="new", verb="add", entity="order"),
            Access(text="search", verb="search", entity="order"),
        ),
    )
    measured = room.measure(spec, server, rows=500, seed=3, progress=lambda _: None)
    assert len({sql for sql, _ in seen}) == 5
    assert any(rows for _, rows in seen)
    assert [bool(one.skipped) for one in measured.patterns] == [False] * 6 + [True]
    assert all(set(one.ms) == {"postgresql", "sqlite"} for one in measured.patterns[:6])


def plain(row: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(f"{float(one):.2f}" if not isinstance(one, str | int) else str(one) for one in row)  # type: ignore[arg-type]


def test_vectors_are_measured_on_postgresql_alone(server) -> None:
    from dbarchitect.prove.choose import measure

    measured = measure(case("support-bot")[1], server, rows=200, seed=0, progress=lambda _: None)
    nearest = measured.patterns[-1]
    assert set(nearest.ms) == {"postgresql"}
    assert nearest.rows == 200
    assert option("pgvector").family == "postgresql"


def test_a_source_is_not_measured_here(tmp_path: Path) -> None:
    script = tmp_path / "shop.sql"
    script.write_text(SCRIPT)
    with pytest.raises(InputError, match="--measure"):
        choose_for(str(script), ChooseOptions(measure=True))
    assert Workshop().scratch is None


def test_a_stream_beyond_a_machine_is_told_what_no_option_is() -> None:
    _, spec = case("click-stream")
    assert any("column store" in one.text for one in choose(spec, facts_of()).beside)
    _, spec = case("few-sensors")
    assert not any("column store" in one.text for one in choose(spec, facts_of()).beside)


def test_nothing_to_pay_rules_out_a_server_of_ones_own() -> None:
    _, spec = case("hobby-for-nothing")
    out = {one.option for one in choose(spec, facts_of()).ruled_out}
    assert {"postgresql", "timescaledb", "citus"} <= out
    assert not {"sqlite", "neon"} & out
    assert choose(around(spec, budget_a_month=None), facts_of()).database.option == "postgresql"
