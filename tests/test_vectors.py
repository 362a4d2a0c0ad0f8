"""Advice on vectors: true neighbours, indexes that are really built, and conditions that hide rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

import postgres_servers
from conftest import Database
from dbarchitect.api.vectors import VectorOptions, vectors
from dbarchitect.errors import InputError
from dbarchitect.model.vectors import IndexTrial, Search, VectorAdvice, written
from dbarchitect.prove.vectors.trials import Growth, choose, index_sql
from dbarchitect.prove.vectors.truth import Truth
from dbarchitect.render import Screen
from dbarchitect.render.vectors import render_vectors

DIMENSIONS = 200
ROWS = 4_000


def asked(**more: object) -> VectorOptions:
    return VectorOptions(cache=postgres_servers.test_cache(), searches=40, **more)  # type: ignore[arg-type]


def clustered(rows: int, seed: int = 0, dimensions: int = 24) -> NDArray[np.float32]:
    """Vectors around a few hundred centres, as embeddings of texts lie around their subjects."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((200, dimensions))
    return (centres[rng.integers(200, size=rows)] + 0.4 * rng.standard_normal((rows, dimensions))).astype(np.float32)


def text(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


# Recalls of 200 searches for 10 neighbours among 3,125, 6,250, 12,500 and then 50,000 vectors of 256 dimensions:
# embeddings of docstrings (HNSW, ef_search 40 and 100), ones with 24 true dimensions (bits, 40 and 200 candidates), and
# ones without structure (HNSW, ef_search 200 and 800).
MEASURED = [
    (0.9855, 0.9765, 0.9595, 0.956),
    (0.997, 0.9955, 0.989, 0.9815),
    (0.9065, 0.8735, 0.8505, 0.7475),
    (0.9995, 0.997, 0.9965, 0.9765),
    (0.9905, 0.9435, 0.79, 0.439),
    (1.0, 0.9995, 0.991, 0.8235),
]


@pytest.mark.parametrize("recalls", MEASURED)
def test_what_more_rows_gave_lies_within_the_forecast(recalls):
    *parts, found = recalls
    searches = tuple((Search(recall=one, returned=10, p50_ms=1, p95_ms=1),) for one in parts)
    growth = Growth(sizes=(3_125, 6_250, 12_500), parts=searches, built=(1, 2, 4), size=10_000_000, judged=2_000)
    forecast = growth.forecast(0, 50_000)
    assert forecast.recall_low - 0.025 <= found <= forecast.recall + 0.025


def test_a_sample_without_misses_promises_none():
    one = (Search(recall=1.0, returned=10, p50_ms=1, p95_ms=1),)
    growth = Growth(sizes=(500, 1_000, 2_000), parts=(one, one, one), built=(1, 2, 4), size=1_000_000, judged=400)
    forecast = growth.forecast(0, 100_000)
    assert forecast.recall_low < forecast.recall == 1.0


@pytest.fixture
def shelf(database: Callable[..., Database]) -> Database:
    """Documents of tenants: the first has most of them, the last one in fifty."""
    made = database(
        "CREATE EXTENSION vector",
        f'CREATE TABLE doc (id int PRIMARY KEY, tenant text, "the vector" vector({DIMENSIONS}))',
    )
    rng = np.random.default_rng(1)
    tenants = rng.choice(4, size=ROWS, p=[0.7, 0.25, 0.03, 0.02])
    with made.connection.cursor().copy("COPY doc FROM STDIN") as copy:
        for number, (vector, tenant) in enumerate(zip(clustered(ROWS, dimensions=DIMENSIONS), tenants, strict=True)):
            copy.write_row((number, f"it's {tenant}", text(vector)))
    made.connection.execute("ANALYZE doc")
    return made


@pytest.mark.parametrize("distance", ["cosine", "l2", "ip", "l1"])
def test_the_truth_is_the_servers(distance, shelf):
    numbers = clustered(ROWS, dimensions=DIMENSIONS)[:300]
    truth = Truth(numbers[20:], numbers[:20], distance)
    operator = {"cosine": "<=>", "l2": "<->", "ip": "<#>", "l1": "<+>"}[distance]
    query = f'SELECT id - 20 FROM doc WHERE id BETWEEN 20 AND 299 ORDER BY "the vector" {operator} %s LIMIT 7'
    for one in range(20):
        found = [row[0] for row in shelf.connection.execute(query, [text(numbers[one])]).fetchall()]
        assert truth.recall(one, found, 7) == (1.0, 7)
        assert set(truth.nearest(one, 7)) == set(found)
        assert truth.recall(one, found[:3] * 3, 7) == (3 / 7, 7)  # a row that comes twice is one row
    among = np.arange(280) < 4
    assert truth.recall(0, [0, 1, 2, 3], 7, among) == (1.0, 4)


def test_a_file_of_vectors(tmp_path):
    np.save(tmp_path / "v.npy", clustered(6_000))
    found = vectors(str(tmp_path / "v.npy"), asked(vectors=2_000))
    assert found.of.rows == 6_000
    assert found.of.sampled == 1_960
    assert found.exact.searches[0].recall == 1.0
    assert not [one for one in found.trials if one.refused]
    assert {one.method for one in found.trials} == {"hnsw", "ivfflat"}
    assert found.chosen is not None
    assert found.search is not None
    chosen = found.trials[found.chosen]
    assert chosen.searches[found.search].recall >= 0.95
    assert found.forecast is not None
    assert found.forecast.size_bytes == pytest.approx((chosen.size_bytes or 0) * 6_000 / 1_960, rel=0.01)
    assert found.forecast.recall_low <= found.forecast.recall <= chosen.searches[found.search].recall
    assert found.proof.level == "measured"
    document = render_vectors(found, "json", screen=Screen(), version="1")
    assert '"schema": "dbarchitect.vectors/1"' in document
    assert msgspec.convert(msgspec.to_builtins(found), VectorAdvice) == found
    assert found.verdict in " ".join(render_vectors(found, "text", screen=Screen(), version="1").split())


def test_what_is_advised_for_a_table_works_there(shelf):
    source = shelf.server.url(shelf.name)
    found = vectors(source, asked(k=5, condition="tenant", latency_ms=0.0))
    assert (found.of.table, found.of.column, found.of.rows) == ("public.doc", "the vector", ROWS)
    assert found.filter is not None
    assert found.filter.values == 4
    assert found.filter.fails  # one row in fifty, and the index gives the nearest few hundred at most
    alone = found.filter.trials[0]
    assert min(one.returned / one.wanted for one in alone.classes) < 0.9
    assert found.filter.chosen is not None
    way = found.filter.trials[found.filter.chosen]
    assert all(one.recall >= 0.95 for one in way.classes)
    assert not [one.refused for one in found.filter.trials if one.refused]
    before = shelf.connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'doc'").fetchone()
    for one in found.up:
        shelf.connection.execute(one.encode())
    wanted = shelf.connection.execute("SELECT count(*) FROM doc WHERE tenant = 'it''s 3'").fetchone()
    with shelf.connection.transaction():
        for one in found.session:
            shelf.connection.execute(one.encode())
        query = found.query.replace("$1", "%(vector)s").replace("$2", "%(tenant)s").encode()
        rows = shelf.connection.execute(
            query, {"vector": text(clustered(1, 5, DIMENSIONS)[0]), "tenant": "it's 3"}
        ).fetchall()
    assert len(rows) == min(5, wanted[0])
    assert {row[0] for row in shelf.connection.execute("SELECT id FROM doc WHERE tenant = 'it''s 3'")} >= {
        row[0] for row in rows
    }
    for one in found.down:
        shelf.connection.execute(one.encode())
    assert shelf.connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'doc'").fetchone() == before


def test_every_search_takes_the_vector_as_a_parameter_without_a_type(shelf):
    found = vectors(shelf.server.url(shelf.name), asked(vectors=800))
    assert {one.opclass for one in found.trials} >= {"vector_cosine_ops", "halfvec_cosine_ops", "bit_hamming_ops"}
    wanted = text(clustered(1, dimensions=DIMENSIONS)[0])
    places = {"wanted": "id", "table": "doc", "column": '"the vector"', "vector": "$1", "ext": ""}
    for number, one in enumerate(found.trials):
        query = written(one.query, one.searches[0].settings, **places)
        shelf.connection.execute(f"PREPARE search_{number} AS {query}".encode())
        rows = shelf.connection.execute(f"EXECUTE search_{number}('{wanted}')".encode())
        assert rows.fetchone() is not None


def test_a_scan_in_relaxed_order_gives_its_rows_in_order(shelf):
    # By L2: an index over bits, which sorts again anyhow, is not tried for it.
    found = vectors(shelf.server.url(shelf.name), asked(k=20, condition="tenant", latency_ms=0.0, distance="l2"))
    assert found.filter is not None
    relaxed = next(one for one in found.filter.trials if "relaxed_order" in one.settings.values())
    assert relaxed.classes
    assert found.chosen is not None
    index = index_sql(found.trials[found.chosen], column='"the vector"')
    shelf.connection.execute(f"CREATE INDEX near_ones ON doc {index}".encode())
    for name, value in (*relaxed.settings.items(), ("enable_seqscan", "off")):
        shelf.connection.execute(f"SET {name} = {value}".encode())
    places = {"wanted": "id", "table": "doc", "column": '"the vector"', "vector": "%(v)s", "where": "tenant"}
    query = written(relaxed.query, {}, **places, value="'it''s 3'", ext="")
    plan = "".join(row[0] for row in shelf.connection.execute(f"EXPLAIN {query}".encode(), {"v": _ZERO}).fetchall())
    assert "Sort" in plan and "using near_ones" in plan
    for vector in clustered(5, seed=9, dimensions=DIMENSIONS):
        rows = shelf.connection.execute(query.encode(), {"v": text(vector)}).fetchall()
        far = [_far(shelf, row[0], text(vector)) for row in rows]
        assert len(far) == 20
        assert far == pytest.approx(sorted(far), rel=1e-3)  # half precision may turn two round that are as far


_ZERO = text(np.ones(DIMENSIONS, dtype=np.float32))


def _far(shelf: Database, key: int, vector: str) -> float:
    row = shelf.connection.execute('SELECT "the vector" <-> %s FROM doc WHERE id = %s', (vector, key)).fetchone()
    assert row is not None
    return row[0]


def test_the_index_that_is_there_is_tried_too(shelf):
    shelf.connection.execute('CREATE INDEX poor ON doc USING hnsw ("the vector" vector_l2_ops) WITH (m = 2)')
    found = vectors(shelf.server.url(shelf.name), asked(column="doc.the vector", vectors=1_000))
    assert found.of.distance == "l2"
    mine = found.trials[0]
    assert (mine.name, mine.yours, mine.options) == ("your poor", True, {"m": 2, "ef_construction": 64})
    assert mine.searches[0].recall < max(one.recall for trial in found.trials for one in trial.searches)
    assert any(note.startswith("the index that is there finds") for note in found.notes)


def test_half_precision_columns_and_bits(tmp_path, database):
    made = database("CREATE EXTENSION vector", "CREATE TABLE h (id int PRIMARY KEY, v halfvec(160))")
    numbers = clustered(1_200, dimensions=160)
    with made.connection.cursor().copy("COPY h FROM STDIN") as copy:
        for number, vector in enumerate(numbers):
            copy.write_row((number, text(vector)))
    found = vectors(made.server.url(made.name), asked())
    assert found.of.type == "halfvec"
    assert found.trials[0].opclass == "halfvec_cosine_ops"
    assert found.trials[0].searches[-1].recall > 0.95
    np.save(tmp_path / "v.npy", numbers)
    bits = next(one for one in vectors(str(tmp_path / "v.npy"), asked()).trials if one.opclass == "bit_hamming_ops")
    assert bits.searches[-1].recall > bits.searches[0].recall


def test_by_meaning_and_by_words(database):
    made = database("CREATE EXTENSION vector", 'CREATE TABLE note (id int PRIMARY KEY, "Body" text, v vector(48))')
    words = ("harbour", "lantern", "meadow", "quarry", "tempest", "voyage", "winter", "orchard")
    with made.connection.cursor().copy("COPY note FROM STDIN") as copy:
        for number, vector in enumerate(clustered(1_500, dimensions=48)):
            copy.write_row((number, f"{words[number % 8]} {words[number // 8 % 8]} it's {number}", text(vector)))
    found = vectors(made.server.url(made.name), asked(words="Body", latency_ms=0.0))
    assert found.hybrid is not None
    assert found.hybrid.searches == 40
    for one in found.up:
        made.connection.execute(one.encode())
    query = found.hybrid.query.replace("$1", "%(vector)s").replace("$2", "%(words)s").encode()
    sought = {"vector": text(clustered(1, 5, 48)[0]), "words": "lantern"}
    ids = [row[0] for row in made.connection.execute(query, sought).fetchall()]
    assert len(set(ids)) == 10
    hits = made.connection.execute('SELECT id FROM note WHERE "Body" LIKE %s', ["%lantern%"]).fetchall()
    assert set(ids) & {row[0] for row in hits}  # by the words
    nearest = made.connection.execute("SELECT id FROM note ORDER BY v <=> %s LIMIT 10", [sought["vector"]]).fetchall()
    assert set(ids) & {row[0] for row in nearest}  # by the meaning
    assert "by meaning and by the words" in " ".join(
        render_vectors(found, "text", screen=Screen(), version="1").split()
    )
    for one in found.down:
        made.connection.execute(one.encode())


def trial(size: int, *found: tuple[float, float]) -> IndexTrial:
    searches = tuple(Search(recall=recall, returned=10, p50_ms=ms, p95_ms=ms) for recall, ms in found)
    return IndexTrial(name="x", query="", size_bytes=size, searches=searches)


@pytest.mark.parametrize(
    ("trials", "chosen"),
    [
        ([trial(100, (0.90, 1), (0.96, 2)), trial(50, (0.97, 3))], (1, 0)),  # smaller, and not twice as slow
        ([trial(100, (0.90, 1), (0.96, 2)), trial(50, (0.97, 5))], (0, 1)),
        ([trial(100, (0.96, 2), (0.99, 3)), trial(100, (0.99, 1))], (1, 0)),
        ([trial(100, (0.90, 1)), trial(50, (0.94, 5))], None),
    ],
)
def test_the_choice(trials, chosen):
    assert choose(trials, 0.95) == chosen


def test_few_vectors_need_no_index_and_none_is_written(tmp_path):
    np.save(tmp_path / "v.npy", clustered(700, dimensions=3))
    found = vectors(str(tmp_path / "v.npy"), asked(latency_ms=10_000))
    assert found.needless
    assert "no index is needed" in found.verdict
    assert found.up == found.session == ()
    assert found.query == "SELECT id FROM items ORDER BY embedding <=> $1 LIMIT 10"


def test_zero_vectors_have_no_direction_and_still_a_distance(tmp_path):
    numbers = clustered(1_200)
    numbers[::10] = 0
    np.save(tmp_path / "v.npy", numbers)
    assert vectors(str(tmp_path / "v.npy"), asked()).of.unusable == 120
    assert vectors(str(tmp_path / "v.npy"), asked(distance="l2")).of.unusable == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not numpy", "no file of NumPy's"),
        (np.zeros(5), "no matrix of numbers"),
        (np.array([["a", "b"]]), "no matrix of numbers"),
        (np.full((900, 4), np.nan), "infinite or none"),
        (np.ones((9, 4)), "too few"),
        (np.array([[{}]], dtype=object), "no file of NumPy's"),
        (np.zeros((900, 4)), "too few"),  # zero vectors have no direction
    ],
)
def test_files_that_are_no_vectors(content, said, tmp_path):
    file = tmp_path / "v.npy"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        np.save(file, content, allow_pickle=True)
    with pytest.raises(InputError, match=said):
        vectors(str(file), asked())


def test_what_is_missing_is_said(tmp_path: Path, database: Callable[..., Database]):
    with pytest.raises(InputError, match="No such file"):
        vectors(str(tmp_path / "none.npy"), asked())
    made = database("CREATE TABLE t (id int)")
    source = made.server.url(made.name)
    with pytest.raises(InputError, match="no column of vectors"):
        vectors(source, asked())
    made.connection.execute("CREATE EXTENSION vector")
    made.connection.execute("CREATE TABLE d (id int, a vector(3), b vector, c int)")
    with pytest.raises(InputError, match="2 columns of vectors"):
        vectors(source, asked())
    with pytest.raises(InputError, match=r"no column of vectors d\.c"):
        vectors(source, asked(column="d.c"))
    with pytest.raises(InputError, match="has no column nothing"):
        vectors(source, asked(column="d.a", condition="nothing"))
    with pytest.raises(InputError, match="holds no vectors"):
        vectors(source, asked(column="d.a"))
    made.connection.execute("INSERT INTO d (b) VALUES ('[1]'), ('[1,2]')")
    with pytest.raises(InputError, match="not all of one length"):
        vectors(source, asked(column="d.b"))
    script = tmp_path / "s.sql"
    script.write_text("CREATE EXTENSION vector; CREATE TABLE d (a vector(3));")
    with pytest.raises(InputError, match="holds no vectors"):
        vectors(str(script), asked())


def test_rows_that_a_policy_hides_are_not_taken_for_all(shelf):
    shelf.connection.execute("ALTER TABLE doc ENABLE ROW LEVEL SECURITY")
    shelf.connection.execute("CREATE ROLE vector_reader LOGIN")
    try:
        shelf.connection.execute("GRANT SELECT ON doc TO vector_reader")
        source = shelf.server.url(shelf.name).replace("postgres@", "vector_reader@")
        with pytest.raises(InputError, match="row-level security"):
            vectors(source, asked())
    finally:
        shelf.connection.execute("DROP OWNED BY vector_reader")
        shelf.connection.execute("DROP ROLE vector_reader")
