"""How well planted functional dependencies are found in dirty data, and how fast.

    python -m benchmarks.dependencies [--rows 100000] [--seeds 5]

A table of 20 columns: a key, two entities that rows repeat (a product with six columns that depend on it, a shop with
five, of which two hang on another), measures and flags that depend on nothing, a column that is nearly constant and
one that is nearly unique. Then it is made dirty: in every dependent column a share of the values is replaced by another
of that column, and a share by NULL. Counted are the dependencies that hold by construction (also through others) and
that were found, those whose error in the dirty rows is over the 1 % that the search admits, and those that were found
without holding. The time is that of encoding the values, which are text as
a driver gives them, and of finding, in CPU seconds (one thread); the best of three.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from dbarchitect.normal.discovery import MOST_ERROR, Codes, Found, discover

_RUNS = 3
# right: what it depends on directly, kinds. The left sides come first.
_PLANTED = {
    "product_name": ("product", 3000),
    "category": ("product", 40),
    "department": ("category", 7),
    "supplier": ("product", 300),
    "supplier_land": ("supplier", 30),
    "unit": ("product", 12),
    "city": ("shop", 90),
    "region": ("city", 12),
    "manager": ("shop", 200),
    "format": ("shop", 5),
    "time_zone": ("region", 4),
}


def encoded(values: list[str | None]) -> Codes:
    """A column as numbers: equal values have equal numbers from 0 on, None is -1."""
    numbers: dict[str | None, int] = {None: -1}
    return np.fromiter((numbers.setdefault(value, len(numbers) - 1) for value in values), dtype=np.int64)


def table(rows: int, dice: np.random.Generator, wrong: float, missing: float) -> dict[str, list[str | None]]:
    """The columns as text. A right side with as many kinds as its left side has values is another name for it."""
    codes: dict[str, np.ndarray] = {
        "product": np.minimum(dice.geometric(1 / 1200, rows) - 1, 4999),
        "shop": dice.integers(0, 250, rows),
    }
    clean = dict(codes)
    for right, (left, kinds) in _PLANTED.items():
        of = dice.integers(0, kinds, int(clean[left].max()) + 1)
        clean[right] = of[clean[left]]
        dirty = np.where(dice.random(rows) < wrong, dice.integers(0, kinds, rows), clean[right])
        codes[right] = np.where(dice.random(rows) < missing, -1, dirty)
    codes["id"] = np.arange(rows)
    codes["quantity"] = dice.integers(1, 40, rows)
    codes["amount"] = dice.integers(100, 90_000, rows)
    codes["sold_on"] = np.sort(dice.integers(0, 700, rows))
    codes["returned"] = (dice.random(rows) < 0.06).astype(np.int64)
    codes["currency"] = (dice.random(rows) < 0.003).astype(np.int64)
    codes["receipt"] = dice.integers(0, rows * 5, rows)
    return {
        name: [None if code < 0 else f"{name} {code}" for code in column.tolist()] for name, column in codes.items()
    }


def holds(one: Found) -> bool:
    """Whether the right side hangs on the left by construction."""
    at = one.right
    while at in _PLANTED:
        at = _PLANTED[at][0]
        if (at,) == one.left:
            return True
    return False


def true_ones() -> set[tuple[str, str]]:
    """All dependencies that hold by construction."""
    found: set[tuple[str, str]] = set()
    for right in _PLANTED:
        at = right
        while at in _PLANTED:
            at = _PLANTED[at][0]
            found.add((at, right))
    return found


def main() -> None:
    """Print one line a kind of dirt."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    truth = true_ones()
    print(f"{given.rows:,} rows x 20 columns, {given.seeds} tables each, {len(truth)} dependencies in each")
    for wrong, missing in ((0, 0), (0.002, 0.02), (0.005, 0.2), (0.008, 0.05)):
        hit = spurious = dirtier = 0
        slowest = 0.0
        named: set[str] = set()
        for seed in range(given.seeds):
            columns = table(given.rows, np.random.default_rng(seed), wrong, missing)
            assert len(columns) == 20
            best = float("inf")
            found: tuple[Found, ...] = ()
            for _ in range(_RUNS):
                begun = time.process_time()
                found = discover({name: encoded(values) for name, values in columns.items()})
                best = min(best, time.process_time() - begun)
            slowest = max(slowest, best)
            hit += sum(holds(one) for one in found)
            every = discover({name: encoded(values) for name, values in columns.items()}, most_error=0.1)
            dirtier += sum(holds(one) and one.error > MOST_ERROR for one in every)
            wrong_ones = [one for one in found if not holds(one)]
            spurious += len(wrong_ones)
            named |= {f"{one.left[0]} -> {one.right}" for one in wrong_ones}
        print(
            f"wrong {wrong:.1%}, NULL {missing:.0%}: found {hit} of {len(truth) * given.seeds}"
            f" ({dirtier} have an error over 1%), spurious {spurious}"
            f" {sorted(named) or ''}, {slowest:.2f} CPU s"
        )


if __name__ == "__main__":
    main()
