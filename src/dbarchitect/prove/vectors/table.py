"""A private table of vectors: loaded, indexed, searched."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.vectors import CANDIDATES, IndexTrial, Search, written

from .truth import Floats, Truth

_DATABASE = "vectors"
_COPY_ROWS = 5_000
_WARM_UP = 5  # searches that are not counted
_MOST_MEMORY = 2 << 30  # bytes of maintenance_work_mem


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One search: the ids that came, and how long it took."""

    ids: tuple[int, ...]
    milliseconds: float


class VectorTable:
    """`v (id integer, embedding, f integer)` in a database of its own: vector `i` has the id `i` and the label
    `labels[i]`; `kind` is pgvector's type. Raises `SurroundingsError` where the server has no pgvector."""

    def __init__(self, host: Host, vectors: Floats, queries: Floats, *, kind: str, labels: NDArray[np.int32]) -> None:
        self.kind = kind
        self.vectors = vectors
        self.labels = labels
        self._queries = ["[" + ",".join(map(repr, map(float, one))) + "]" for one in queries]
        host.create_database(_DATABASE)
        self.connection = host.connect(_DATABASE)
        try:
            self.connection.execute("SET search_path = public")  # everything in this database is ours
            self.connection.execute("CREATE EXTENSION vector")
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile) as err:
            raise SurroundingsError(
                f"vectors are tried with pgvector, and the private server has none: {err.diag.message_primary}",
                hint="leave --pg-bin out (the embedded server has it), or install pgvector there",
            ) from err
        row = self.connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        assert row is not None
        self.extension = str(row[0])
        self._remember(vectors.nbytes)
        self.load("v")

    def _remember(self, size: int) -> None:
        """Give builds the memory that they want: a build that HNSW cannot keep there takes many times longer."""
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        memory = min(max(3 * size, 64 << 20), _MOST_MEMORY, pages // 4)
        self.connection.execute(f"SET maintenance_work_mem = '{memory >> 10}kB'".encode())

    def load(self, name: str, rows: int | None = None) -> None:
        """Make the table `name` of the first `rows` vectors, with statistics."""
        dimensions = self.vectors.shape[1]
        self.connection.execute(
            f"CREATE TABLE {name} (id integer, embedding {self.kind}({dimensions}), f integer)".encode()
        )
        half = self.kind == "halfvec"
        row = np.dtype(
            [
                ("columns", ">i2"),
                ("id_length", ">i4"),
                ("id", ">i4"),
                ("length", ">i4"),
                ("dimensions", ">i2"),
                ("unused", ">i2"),
                ("vector", ">f2" if half else ">f4", (dimensions,)),
                ("f_length", ">i4"),
                ("f", ">i4"),
            ]
        )
        wanted = self.vectors[:rows]
        with self.connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT binary)".encode()) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for start in range(0, len(wanted), _COPY_ROWS):
                part = wanted[start : start + _COPY_ROWS]
                filled = np.zeros(len(part), row)
                filled["columns"], filled["id_length"], filled["f_length"] = 3, 4, 4
                filled["id"] = np.arange(start, start + len(part))
                filled["length"] = 4 + dimensions * (2 if half else 4)
                filled["dimensions"] = dimensions
                filled["vector"] = part
                filled["f"] = self.labels[start : start + len(part)]
                copy.write(filled.tobytes())
            copy.write(b"\xff\xff")
        self.run(f"VACUUM (ANALYZE) {name}")

    def run(self, statement: str) -> float:
        """Run one statement of ours; the seconds it took. Raises `psycopg.Error`."""
        begun = time.perf_counter()
        self.connection.execute(statement.encode())
        return time.perf_counter() - begun

    def size(self, relation: str) -> int:
        """Bytes of an index, with those of all partitions."""
        row = self.connection.execute(
            "SELECT COALESCE(sum(pg_relation_size(relid)), pg_relation_size(%s)) FROM pg_partition_tree(%s)",
            [relation, relation],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def searched(
        self,
        query: str,
        settings: Mapping[str, str],
        *,
        which: Sequence[int],
        table: str = "v",
        label: int | None = None,
        words: str = "",
    ) -> list[Ran]:
        """Run `query` (see `IndexTrial.query`) with each of these query vectors, one after the other."""
        vector, value = f"%(q)s::{self.kind}", "%(f)s::integer"
        places = {**self._places(table), "vector": vector, "value": value, "words": "%(words)s"}
        text = written(query, settings, **places).encode()
        found: list[Ran] = []
        with self.connection.transaction(force_rollback=True), self.connection.cursor(binary=True) as cursor:
            _set(cursor, settings)
            for position, number in enumerate([*which[:_WARM_UP], *which]):
                begun = time.perf_counter()
                rows = cursor.execute(
                    text, {"q": self._queries[number], "f": label, "words": words}, prepare=True
                ).fetchall()
                took = (time.perf_counter() - begun) * 1000
                if position >= min(_WARM_UP, len(which)):
                    found.append(Ran(ids=tuple(int(one[0]) for one in rows), milliseconds=took))
        return found

    def indexes_used(
        self,
        query: str,
        settings: Mapping[str, str],
        *,
        table: str = "v",
        label: int | None = None,
        words: str = "",
    ) -> tuple[str, ...]:
        """The names of the indexes that the plan of a search uses."""
        text = written(query, settings, **self._places(table), vector="$1", value="$2", words="$3")
        # A utility statement takes no parameters: this cursor writes the values into its text.
        with self.connection.transaction(force_rollback=True), psycopg.ClientCursor(self.connection) as cursor:
            _set(cursor, settings)
            cursor.execute(f"PREPARE searched ({self.kind}, integer, text) AS {text}".encode())
            given = [self._queries[0], label, words]
            lines = cursor.execute("EXPLAIN EXECUTE searched (%s, %s, %s)", given).fetchall()
            cursor.execute("DEALLOCATE searched")
        return tuple(
            str(line).split(before, 1)[1].split()[0]
            for (line,) in lines
            for before in (" using ", "Bitmap Index Scan on ")
            if before in line
        )

    def words(self, texts: Sequence[str]) -> None:
        """Give each row of `v` its text, as the column `body`."""
        self.run("ALTER TABLE v ADD body text")
        self.run("CREATE TEMP TABLE bodies (id integer, body text)")
        with self.connection.cursor().copy(b"COPY bodies FROM STDIN") as copy:
            for number, text in enumerate(texts):
                copy.write_row((number, text))
        self.run("UPDATE v SET body = bodies.body FROM bodies WHERE bodies.id = v.id")
        self.run("DROP TABLE bodies")

    def _places(self, table: str) -> dict[str, str]:
        return {"wanted": "id", "table": table, "column": "embedding", "where": "f", "text": "body"}

    def close(self) -> None:
        """End the session."""
        self.connection.close()


def _set(cursor: psycopg.Cursor[Any], settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        if name != CANDIDATES:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def searches(
    table: VectorTable,
    truth: Truth,
    trial: IndexTrial,
    settings: Mapping[str, str],
    *,
    k: int,
    which: Sequence[int],
    name: str = "v",
) -> Search:
    """Recall and times of one setting of an index that stands on the table `name`."""
    # With an index the planner may still read the table, where that looks cheaper: here the index is what is tried.
    told = {**settings, "enable_seqscan": "off"} if trial.method else dict(settings)
    ran = table.searched(trial.query, told, which=which, table=name)
    recalls = [truth.recall(number, one.ids, k)[0] for number, one in zip(which, ran, strict=True)]
    return Search(settings=dict(settings), **figures(ran, recalls))


def figures(ran: Sequence[Ran], recalls: Sequence[float]) -> dict[str, float]:
    """What searches come to, by the names of `Search`: mean recall and rows, and times in milliseconds."""
    times = np.array([one.milliseconds for one in ran])
    return {
        "recall": float(np.mean(recalls)),
        "returned": float(np.mean([len(one.ids) for one in ran])),
        "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
    }
