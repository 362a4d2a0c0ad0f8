"""Ten thousand damaged lines of logs of all kinds: no traceback, no hang, and a workload that can be read again.

Takes the logs that `log_speed --kept DIR` made; each round damages a different slice of one of them.

    python -m benchmarks.log_fuzz --kept DIR [--lines 10000] [--seed 0]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from dbarchitect.api.workload import WorkloadOptions, workload
from dbarchitect.errors import DbaError
from dbarchitect.model.query import Workload
from dbarchitect.model.value import from_json
from dbarchitect.workload.reading import ReadOptions, executions

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from log_mutations import damaged

_LINES = 200  # a round
_SPANS = (
    b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8e","spanId":"eee1","startTimeUnixNano":"1700000000000",'
    b'"endTimeUnixNano":"1700000900000","attributes":[{"key":"db.statement","value":{"stringValue":"SELECT 1"}}]}]}]}]}'
    b"\n"
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logs = {kind: (options.kept / f"postgresql.{kind}").read_bytes() for kind in ("log", "csv", "json")}
    logs["spans"] = _SPANS * 1000
    lines = {kind: data[: 8 << 20].splitlines(keepends=True) for kind, data in logs.items()}
    done = refused = statements = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "log"), Path(folder, "w.json")
        for number in range(max(1, options.lines // _LINES)):
            dice = random.Random(f"{options.seed} {number}")
            kind = ("log", "csv", "json", "spans")[number % 4]
            start = dice.randrange(max(1, len(lines[kind]) - _LINES))
            data = damaged(b"".join(lines[kind][start : start + _LINES]), dice, rate=0.5)
            file.write_bytes(data)
            began = time.process_time()
            try:
                kept = workload([str(file)], WorkloadOptions(output=out))
                from_json(Workload, out.read_bytes())
                statements += kept.counts.statements
                for one in executions([str(file)], ReadOptions()):
                    from_json(dict, _json(one))
            except DbaError as err:
                refused += 1
                assert "\n" not in err.message, err.message
            slowest = max(slowest, time.process_time() - began)
            done += _LINES
    print(f"{done:,} lines in {done // _LINES} rounds, {statements:,} statements read")
    print(f"{refused} rounds were no log any longer; the slowest took {slowest:.1f} CPU s")


def _json(value: object) -> bytes:
    from dbarchitect.model.value import to_json

    return to_json(value)


if __name__ == "__main__":
    main()
