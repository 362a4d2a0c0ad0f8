"""What `dba vectors` expects of all rows from some of them, against what the index then gives.

The vectors are real embeddings: paragraphs of the docstrings of every installed Python package, by the static model
that comes within the wheel of WordLlama (256 dimensions); and ones without structure, drawn at random. A quarter is
read for the forecast, all for the answer; each with searches narrowed to one package, as one tenant's would be.

    python -m benchmarks.vectors --rows 50000
"""

from __future__ import annotations

import ast
import hashlib
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from benchmarks import report
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.model.vectors import VectorAdvice, VectorColumn, named
from dbarchitect.prove.vectors import Given, advise

_SHORTEST = 40  # characters of a paragraph


def paragraphs() -> Iterator[tuple[str, str]]:
    """(package, paragraph) of every docstring that is installed, each text once."""
    seen: set[bytes] = set()
    for root in dict.fromkeys(sysconfig.get_paths()[one] for one in ("stdlib", "purelib", "platlib")):
        for file in sorted(Path(root).rglob("*.py")):
            try:
                with warnings.catch_warnings(action="ignore"):
                    tree = ast.parse(file.read_bytes())
            except (SyntaxError, ValueError, OSError, RecursionError):
                continue
            package = file.relative_to(root).parts[0].removesuffix(".py")
            for node in ast.walk(tree):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    for text in (ast.get_docstring(node) or "").split("\n\n"):
                        text = " ".join(text.split())
                        key = hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest()
                        if len(text) >= _SHORTEST and key not in seen:
                            seen.add(key)
                            yield package, text


def embedded(rows: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Embeddings of so many paragraphs, and the number of each one's package."""
    import wordllama

    found = sorted(paragraphs(), key=lambda one: hashlib.blake2b(one[1].encode(errors="replace")).digest())[:rows]
    if len(found) < rows:
        sys.exit(f"only {len(found):,} paragraphs are installed")
    packages = {name: number for number, name in enumerate(sorted({package for package, _ in found}))}
    # Its own search for the tokenizer misses the folder that the wheel has it in.
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    vectors = model.embed([text for _, text in found])
    return np.asarray(vectors, np.float32), np.array([packages[package] for package, _ in found], np.int32)


def advised(vectors: NDArray[np.float32], labels: NDArray[np.int32], read: int, k: int) -> VectorAdvice:
    """The advice for all vectors but the last 200, which are the searches, from the first `read` of them."""
    queries, kept = vectors[-200:], vectors[:-200][:read]
    of = VectorColumn(dimensions=vectors.shape[1], rows=len(vectors) - 200, sampled=len(kept))
    given = Given(of=of, vectors=kept, queries=queries, labels=labels[: len(kept)], condition="package")
    with private_server() as host:
        return advise(host, given, k=k, target=0.95, latency_ms=5.0, progress=lambda text: print(text, file=sys.stderr))


def rows_of(name: str, part: VectorAdvice, whole: VectorAdvice) -> Iterator[list[str]]:
    """The chosen index of the part: expected of all rows, and found among them."""
    forecast = part.forecast
    if part.chosen is None or part.search is None or forecast is None:
        yield [name, "none reaches 95 %", "", "", "", "", ""]
        return
    trial = part.trials[part.chosen]
    settings = trial.searches[part.search].settings
    same = next(one for one in whole.trials if (one.key, one.method) == (trial.key, trial.method))
    found = next((one for one in same.searches if one.settings == settings), None)
    measured = (f"{found.recall:.3f}", f"{found.p50_ms:.1f}") if found else ("not searched", "")
    yield [
        name,
        f"{trial.name}, {named(settings)}",
        f"{trial.searches[part.search].recall:.3f}",
        f"{forecast.recall_low:.3f} to {forecast.recall:.3f} / {measured[0]}",
        f"{forecast.p50_ms:.1f} / {measured[1]}",
        f"{forecast.size_bytes / 2**20:,.0f} / {(same.size_bytes or 0) / 2**20:,.0f}",
        f"{forecast.build_s:,.0f} / {same.build_s or 0:,.0f}",
    ]


def main() -> None:
    """Run both, and write the tables."""
    parser = report.parser("vectors", __doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--k", type=int, default=10)
    options = parser.parse_args()
    begun = time.monotonic()
    real, packages = embedded(options.rows + 200)
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(real.shape).astype(np.float32)
    lines: list[list[str]] = []
    ways: list[list[str]] = []
    for name, vectors in (("docstrings", real), ("structureless", noise)):
        part = advised(vectors, packages, options.rows // 4, options.k)
        whole = advised(vectors, packages, options.rows, options.k)
        lines += rows_of(name, part, whole)
        for trial in whole.trials:
            for search in trial.searches:
                print(name, trial.name, named(search.settings), search.recall, search.p50_ms, file=sys.stderr)
        for way in whole.filter.trials if whole.filter is not None else ():
            cells = [f"{one.returned:.1f}, {one.recall:.2f}, {one.p50_ms:.1f} ms" for one in way.classes]
            chosen = whole.filter is not None and whole.filter.trials[whole.filter.chosen or 0] is way
            ways.append([name, way.name + (" (chosen)" if chosen else ""), *cells, *[""] * (3 - len(cells))])
        print(replace(whole, trials=()).verdict, file=sys.stderr)
    text = (
        f"{options.rows:,} embeddings of 256 dimensions, {options.rows // 4:,} read for the forecast; 200 searches for "
        f"{options.k} neighbours; {time.monotonic() - begun:,.0f} s in all. Expected / found.\n\n"
    )
    heads = ["vectors", "index", "recall in the part", "recall", "p50 ms", "MB", "build s"]
    text += (
        report.table(heads, lines) + "\n\nNarrowed to one package (rows that came, recall, p50), by its share of the "
    )
    text += "rows from the commonest to a rare one:\n\n" + report.table(["vectors", "way", "1", "2", "3"], ways)
    report.publish("Vectors: forecast and measurement", text, options)


if __name__ == "__main__":
    main()
