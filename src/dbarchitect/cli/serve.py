"""`dba serve`."""

from __future__ import annotations

import ipaddress
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dbarchitect.errors import InputError, SurroundingsError

from . import terminal
from .commands import app, commas, rows_by_table, rules_of, words_of_rules
from .options import Data, Engine, PgBin, Rows, Seed, Source, Workload


@app.command
def serve(
    source: Source,
    /,
    *,
    migrations: Annotated[
        tuple[Path, ...], Parameter(metavar="FOLDER", help="A folder that may be rehearsed on a page; repeatable.")
    ] = (),
    workload: Workload = None,
    no_prove: Annotated[bool, Parameter(help="Run no experiments: findings are asserted, which is quicker.")] = False,
    select: Annotated[
        tuple[str, ...], Parameter(metavar="RULES", help="Only these rules: ids or globs, commas between, repeatable.")
    ] = (),
    ignore: Annotated[tuple[str, ...], Parameter(metavar="RULES", help="Not these rules.")] = (),
    engine: Engine = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    host: Annotated[str, Parameter(metavar="ADDRESS", help="Where to listen. Default 127.0.0.1.")] = "127.0.0.1",
    port: Annotated[int, Parameter(metavar="N", help="Default 8572; 0 for any that is free.")] = 8572,
    expose: Annotated[
        bool,
        Parameter(
            help="Let --host be an address that others reach: without encryption, and who has the token sees all."
        ),
    ] = False,
    open_: Annotated[bool, Parameter(name="--open", help="Open a browser.")] = False,
) -> int:
    """Show a source on this machine: its report as pages, and trials of queries, indexes and migrations.

    Trials run on private copies alone; nothing writes to a database of yours. The address with its token is printed;
    Ctrl-C ends it.
    """
    from dbarchitect import api
    from dbarchitect.api.kinds import admit
    from dbarchitect.config import read_configuration
    from dbarchitect.engines.sqlite.source import sqlite_given

    address = _address(host, expose=expose)
    if not 0 <= port <= 65535:
        raise InputError(f"--port {port}: no port", hint="0 to 65535; 0 for any that is free")
    admit("serve", source, engine=engine)
    sqlite = sqlite_given(source, engine)
    for flag, of_postgres in (("--migrations", migrations), ("--rows", rows), ("--pg-bin", pg_bin)):
        if sqlite and of_postgres:
            raise InputError(
                f"{flag} is for PostgreSQL", hint="leave it out: dba migrate diff runs a plan on a copy of SQLite's"
            )
    for one in migrations:
        if not one.is_dir():
            raise InputError(f"--migrations {one}: there is no such folder", hint="dba migrate new makes one")
    if "://" not in source and workload is not None and not workload.is_file():
        raise InputError(
            f"cannot read the workload {workload}: there is no such file", hint="dba workload LOG -o FILE makes one"
        )
    settings = read_configuration(Path.cwd())
    chosen, extended, ignored = rules_of(settings, tuple(page.id for page in api.rule_pages()), select, (), ignore)
    try:
        from dbarchitect.serve.messages import Surroundings
        from dbarchitect.serve.server import serve as run
    except ModuleNotFoundError as err:
        if err.name is None or err.name.partition(".")[0] not in ("starlette", "uvicorn", "anyio"):
            raise
        raise SurroundingsError(
            "dba serve needs a web server, which is not installed", hint="pip install 'dbarchitect[serve]'"
        ) from err
    cache = terminal.cache()
    with tempfile.TemporaryDirectory(prefix="dba-serve-") as folder:
        given = Surroundings(
            source=source,
            sqlite=sqlite,
            engine=engine,
            folder=folder,
            now=datetime.now(UTC).isoformat(timespec="seconds"),
            workload=None if workload is None else str(workload),
            select=chosen,
            extend=extended,
            ignore=ignored,
            words=words_of_rules(select, ignore),
            prove=not no_prove,
            data=data,
            rows=rows_by_table(commas(rows)),
            seed=seed,
            pg_bin=None if pg_bin is None else str(pg_bin),
            cache=None if cache is None else str(cache),
            configuration=str(Path.cwd()),
        )
        try:
            run(given, migrations, host=address, port=port, ready=lambda url: _ready(url, exposed=expose, show=open_))
        except KeyboardInterrupt:  # the way to end it, not an interruption
            return 0
    return 0


def _address(host: str, *, expose: bool) -> str:
    """The address to listen on. Raises `InputError` for one that others reach, unless they may."""
    try:
        found = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError as err:
        raise InputError(f"--host {host}: no address", hint="127.0.0.1, ::1, or an address of this machine") from err
    if not found.is_loopback and not expose:
        raise InputError(
            f"--host {host}: others reach that address, and what they ask and see is not encrypted",
            hint="127.0.0.1 with an SSH tunnel; or --expose, if whoever has the token may see all and try all",
        )
    return str(found)


def _ready(url: str, *, exposed: bool, show: bool) -> None:
    terminal.emit(f"{url}\n", None)
    if exposed:
        terminal.note("others reach this address without encryption: whoever has the token sees all that is shown")
    terminal.note("Ctrl-C ends it")
    if show:
        import threading
        import webbrowser

        # Its browser asks at once, and is answered when the server listens.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
