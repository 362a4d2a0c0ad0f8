"""The test of equivalence on every case of the rewrites: how many databases refute the careless forms, and whether the
sound ones survive a thousand.

    python -m benchmarks.rewrite_equivalence [DATABASES]
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.prove.equivalence import Effort, equivalent
from dbarchitect.sql.script import split_script

CHANGING = ("capped-count", "random-order-to-sample")  # they say that the meaning changes
CASES = Path(__file__).parents[1] / "tests" / "cases" / "rewrites"


def main() -> None:
    databases = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with private_server() as server:
        server.create_database("rewrites")
        load(server, "rewrites", split_script((CASES / "schema.sql").read_text(), "schema.sql"))
        with closing(server.connect("rewrites")) as admin:
            schema = inspect(admin, facts=False)
        with closing(owner_session(server, "rewrites")) as owner:
            begun = time.monotonic()
            survived, refuted, rates, needed = 0, 0, list[float](), list[int]()
            for kind in ("sound", "careless"):
                for path in sorted(CASES.glob(f"*/{kind}/*.sql")):
                    if kind == "sound" and path.parent.parent.name in CHANGING:
                        continue
                    texts = path.read_text().partition("-- becomes\n")
                    query, other = texts[0].strip(), texts[2].strip()
                    effort = Effort(databases=databases if kind == "sound" else 4000, seconds=120)
                    found = equivalent(owner, schema, query, other, options=effort)
                    print(f"{path.parent.parent.name:32} {kind:9} {path.stem:24} {found.holds!s:6} "
                          f"{found.databases:6,} {found.telling:6,} {found.seconds:6.2f} s")  # fmt: skip
                    if kind == "sound":
                        survived += found.holds is True
                        rates.append(found.databases / found.seconds)
                    else:
                        refuted += found.holds is False
                        needed.append(found.databases)
            print(f"\nsound: {survived} survived, {statistics.median(rates):,.0f} databases/s (median)")
            print(f"careless: {refuted} of {len(needed)} refuted; median database {statistics.median(needed):g}, "
                  f"the slowest {max(needed):,}")  # fmt: skip
            print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
