"""One form of keys has most of the accesses

## What it says

By the LFU counters of the sample one pattern has more than 80 % of the accesses and is fewer than half of the keys. The
counters grow with the logarithm of the accesses and are read back as such (`lfu-log-factor`). It is silent under other
policies, which do not count.

## Why it matters

What is hot is what a cluster cannot divide if it is one key, and what is worth a cache in the process itself
(client-side caching by CLIENT TRACKING).

## What would make it false

The sample is small, or the counters are young.

## How to mend it

Nothing has to be: it tells where to look first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys",), certainty="likely", severity=Severity.INFO)

SHARE = 0.8
_FIRST = 5  # LFU_INIT_VAL


def check(space: Keyspace) -> Iterator[Finding]:
    """The pattern with most accesses."""
    factor = space.setting("lfu-log-factor") or 10
    counted = [
        (one, one.keys * _accesses(one.frequency, factor)) for one in space.patterns if one.frequency is not None
    ]
    whole, keys = sum(amount for _, amount in counted), sum(one.keys for one, _ in counted)
    for one, amount in counted:
        if whole and amount > SHARE * whole and one.keys * 2 < keys:
            yield RULE.finding(
                keys_ref(one.pattern),
                f"keys {one.pattern} have about {amount / whole:.0%} of the accesses and are {one.keys / keys:.0%} of "
                "the sample",
                facts={"keys": one.keys, "frequency": one.frequency, "share": round(amount / whole, 3)},
                ask=(f"SCAN 0 MATCH {one.pattern} COUNT 1000", "OBJECT FREQ KEY"),
            )


def _accesses(counter: float, factor: int) -> float:
    """Accesses that bring a counter to this value: each step up is one in `(counter - 5) * factor + 1`."""
    steps = max(counter - _FIRST, 0.0)
    return 1.0 + steps + factor * steps * (steps - 1) / 2 if steps >= 1 else 1.0 + steps
