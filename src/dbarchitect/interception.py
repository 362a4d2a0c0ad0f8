"""The hooks of the recorder: SQLAlchemy's events, and methods of psycopg's cursors that are replaced for as long as
somebody records.

A hook does as little as it can while the application waits: it reads a clock twice, walks the stack to the first line
that is the application's own, and keeps what it was given. What that means is worked out afterwards (`recorder`).
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import sys
import sysconfig
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, Protocol, cast
from weakref import WeakKeyDictionary

# Drivers and their cursors are seen from outside here, with the types that they happen to have.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

Site = tuple[str, int, str]  # file, line, function


class Raw(NamedTuple):
    """What a hook saw of one execution. `parameters` is as it was given; `batch`: how many sets of them (executemany);
    `began` and `seconds` by the performance counter; `transaction` 0: none."""

    sql: Any
    parameters: Any
    style: str
    began: float
    seconds: float
    rows: int
    session: int
    transaction: int
    site: Site | None
    batch: int = 0
    relationship: tuple[str, bool] | None = None


class Sink(Protocol):
    """Somebody who records. `targets` are what it is limited to, none for everything."""

    targets: tuple[Any, ...]

    def take(self, raw: Raw) -> None:
        """Keep one execution."""
        ...


_lock = threading.Lock()
_sinks: list[Sink] = []
_undo: list[Callable[[], None]] = []
_busy: set[int] = set()  # connections of psycopg that SQLAlchemy is executing on: it tells of that itself
_numbers = itertools.count(1)
_transactions: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def attach(sink: Sink) -> None:
    """Let `sink` take every execution from now on; the first one sets the hooks."""
    with _lock:
        if not _sinks:
            _hook_psycopg()
            if importlib.util.find_spec("sqlalchemy") is not None:
                _hook_sqlalchemy()
        _sinks.append(sink)


def detach(sink: Sink) -> None:
    """The contrary of `attach`; the last one takes the hooks away."""
    with _lock:
        _sinks[:] = [one for one in _sinks if one is not sink]
        if not _sinks:
            while _undo:
                _undo.pop()()
            _busy.clear()
            _transactions.clear()


# --- the call site ----------------------------------------------------------------------------------------------------

_PATHS = sysconfig.get_paths()
_FOREIGN = tuple({_PATHS[one] for one in ("stdlib", "platstdlib", "purelib", "platlib")} | {str(Path(__file__).parent)})
_own_files: dict[str, bool] = {}
_caller = sys._getframe  # pyright: ignore[reportPrivateUsage]  # `inspect.currentframe` is the same, a call deeper


def _is_own(file: str) -> bool:
    """Whether a file is the application's: in no library and not made up by one."""
    foreign = (
        (file.startswith("<") and file != "<stdin>" and not file.startswith("<ipython"))
        or file.startswith(_FOREIGN)
        or "site-packages" in file
        or "dist-packages" in file
    )
    _own_files[file] = not foreign
    return not foreign


def _site(frame: FrameType | None) -> Site | None:
    found = _first_own(frame)
    greenlets = sys.modules.get("greenlet")
    if found is None and greenlets is not None:
        # SQLAlchemy's asyncio runs in a greenlet, whose stack ends where its parent waits for it.
        parent = greenlets.getcurrent().parent
        while found is None and parent is not None:
            found = _first_own(parent.gr_frame)
            parent = parent.parent
    return found


def _first_own(frame: FrameType | None) -> Site | None:
    own_files = _own_files
    while frame is not None:
        code = frame.f_code
        own = own_files.get(code.co_filename)
        if own is None:
            own = _is_own(code.co_filename)
        if own:
            return code.co_filename, frame.f_lineno, code.co_qualname
        frame = frame.f_back
    return None


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------

_STARTED = "_dbarchitect_started"
_RELATIONSHIP = "_dbarchitect_relationship"


def _hook_sqlalchemy() -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    hooks: list[tuple[Any, str, Callable[..., None]]] = [
        (Engine, "before_cursor_execute", _before_cursor_execute),
        (Engine, "after_cursor_execute", _after_cursor_execute),
        (Engine, "handle_error", _handle_error),
        (Engine, "commit", _forget_transaction),
        (Engine, "rollback", _forget_transaction),
        (Engine, "commit_twophase", _forget_transaction),
        (Engine, "rollback_twophase", _forget_transaction),
    ]
    if importlib.util.find_spec("sqlalchemy.orm") is not None:
        from sqlalchemy.orm import Session

        hooks.append((Session, "do_orm_execute", _do_orm_execute))
    for target, name, hook in hooks:
        event.listen(target, name, hook)
        _undo.append(functools.partial(event.remove, target, name, hook))


def _do_orm_execute(state: Any) -> None:
    """Lazy loads are given the attribute that caused them, as an option that reaches the execution."""
    if not state.is_select or not state.is_relationship_load or state.lazy_loaded_from is None:
        return
    for step in reversed(state.loader_strategy_path.path):
        parent = getattr(step, "parent", None)
        if parent is not None and hasattr(step, "uselist"):
            name = f"{parent.class_.__name__}.{step.key}"
            state.update_execution_options(**{_RELATIONSHIP: (name, bool(step.uselist))})
            return


def _before_cursor_execute(
    conn: Any, cursor: object, statement: str, parameters: object, context: Any, executemany: bool
) -> None:
    if conn.dialect.driver in ("psycopg", "psycopg_async"):
        _busy.add(id(conn.connection.driver_connection))
    if context is not None:
        setattr(context, _STARTED, time.perf_counter())


def _after_cursor_execute(
    conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> None:
    ended = time.perf_counter()
    if conn.dialect.driver in ("psycopg", "psycopg_async"):
        _busy.discard(id(conn.connection.driver_connection))
    began = getattr(context, _STARTED, None)
    if began is None:
        return
    connection = conn.connection.dbapi_connection
    # In autocommit SQLAlchemy begins transactions that the server never sees.
    transaction = 0 if getattr(connection, "autocommit", False) is True else _transactions.get(conn)
    if transaction is None:
        transaction = _transactions[conn] = next(_numbers)
    raw = Raw(
        statement,
        parameters,
        conn.dialect.paramstyle,
        began,
        ended - began,
        cursor.rowcount,
        id(connection),
        transaction,
        _site(_caller(1)),
        len(parameters) if executemany else 0,
        context.execution_options.get(_RELATIONSHIP),
    )
    for sink in tuple(_sinks):
        if not sink.targets or any(_is_of_engine(conn.engine, one) for one in sink.targets):
            sink.take(raw)


def _is_of_engine(engine: Any, target: Any) -> bool:
    """Whether an engine is the target or shares its pool; an asynchronous one stands for the one that it wraps."""
    target = getattr(target, "sync_engine", target)
    return engine is target or engine.pool is getattr(target, "pool", None)


def _handle_error(context: Any) -> None:
    connection = context.connection
    if connection is not None and not connection.closed and connection.dialect.driver in ("psycopg", "psycopg_async"):
        _busy.discard(id(connection.connection.driver_connection))


def _forget_transaction(conn: Any, *_: object) -> None:
    _transactions.pop(conn, None)


# --- psycopg ----------------------------------------------------------------------------------------------------------


def _hook_psycopg() -> None:
    import psycopg

    for cursor in (psycopg.Cursor, psycopg.ServerCursor):
        _replace(cursor, "execute", _execute)
    for cursor in (psycopg.AsyncCursor, psycopg.AsyncServerCursor):
        _replace(cursor, "execute", _async_execute)
    _replace(psycopg.Cursor, "executemany", _executemany)
    _replace(psycopg.AsyncCursor, "executemany", _async_executemany)
    _replace(psycopg.Cursor, "stream", _stream)
    _replace(psycopg.AsyncCursor, "stream", _async_stream)
    # All of BEGIN, COMMIT and ROLLBACK that psycopg sends by itself. Not public: where it is gone, the state of the
    # connection before and after each statement has to do.
    for kind in psycopg.Connection.__mro__:
        if "_exec_command" in kind.__dict__:
            _replace(kind, "_exec_command", _exec_command)


def _replace(kind: type, name: str, wrap: Callable[[Any], Any]) -> None:
    original = kind.__dict__.get(name)
    if original is None:
        return
    replacement = functools.wraps(original)(wrap(original))
    setattr(kind, name, replacement)

    def undo() -> None:
        if kind.__dict__.get(name) is replacement:  # somebody who replaced it after us keeps what he has
            setattr(kind, name, original)

    _undo.append(undo)


class _Watch:
    """One execution by a cursor of psycopg, from before to after. `seconds` can be counted in parts (streams)."""

    __slots__ = ("began", "connection", "parameters", "seconds", "site", "sql")

    def __init__(self, cursor: Any, sql: Any, parameters: Any, frame: FrameType) -> None:
        self.connection = cursor.connection
        self.sql = sql
        # What the application goes on to change must not change here.
        if isinstance(parameters, Mapping):
            parameters = dict(cast("Mapping[str, Any]", parameters))
        self.parameters = parameters if parameters is None or isinstance(parameters, dict) else tuple(parameters)
        self.site = _site(frame)
        if self.connection.pgconn.transaction_status == 0:  # idle
            _transactions.pop(self.connection, None)
        self.seconds = 0.0
        self.began = time.perf_counter()

    def done(self, rows: int, *, seconds: float | None = None, batch: int = 0) -> None:
        taken = time.perf_counter() - self.began if seconds is None else seconds
        connection = self.connection
        transaction = _transactions.get(connection)
        if transaction is None and connection.pgconn.transaction_status in (1, 2, 3):  # active, in one, in a failed one
            transaction = _transactions[connection] = next(_numbers)
        raw = Raw(
            self.sql,
            self.parameters,
            "psycopg",
            self.began,
            taken,
            rows,
            id(connection),
            transaction or 0,
            self.site,
            batch,
        )
        for sink in tuple(_sinks):
            if not sink.targets or any(one is connection for one in sink.targets):
                sink.take(raw)


def _unseen(cursor: Any) -> bool:
    return not _sinks or id(cursor.connection) in _busy


def _execute(original: Any) -> Any:
    def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        if _unseen(self):
            return original(self, query, params, **options)
        watch = _Watch(self, query, params, _caller(1))
        result = original(self, query, params, **options)
        watch.done(self.rowcount)
        return result

    return execute


def _async_execute(original: Any) -> Any:
    async def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        if _unseen(self):
            return await original(self, query, params, **options)
        watch = _Watch(self, query, params, _caller(1))
        result = await original(self, query, params, **options)
        watch.done(self.rowcount)
        return result

    return execute


def _executemany(original: Any) -> Any:
    def executemany(self: Any, query: Any, params_seq: Any, **options: Any) -> None:
        if _unseen(self):
            return original(self, query, params_seq, **options)
        rows = list(params_seq)
        watch = _Watch(self, query, rows, _caller(1))
        original(self, query, rows, **options)
        return watch.done(self.rowcount, batch=len(rows))

    return executemany


def _async_executemany(original: Any) -> Any:
    async def executemany(self: Any, query: Any, params_seq: Any, **options: Any) -> None:
        if _unseen(self):
            await original(self, query, params_seq, **options)
            return
        rows = list(params_seq)
        watch = _Watch(self, query, rows, _caller(1))
        await original(self, query, rows, **options)
        watch.done(self.rowcount, batch=len(rows))

    return executemany


def _stream(original: Any) -> Any:
    def stream(self: Any, query: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        if _unseen(self):
            yield from original(self, query, params, **options)
            return
        watch = _Watch(self, query, params, _caller(1))
        rows, seconds = 0, 0.0
        source = original(self, query, params, **options)
        try:
            while True:
                asked = time.perf_counter()
                try:
                    row = next(source)
                except StopIteration:
                    seconds += time.perf_counter() - asked
                    break
                seconds += time.perf_counter() - asked  # what the reader does with a row is not the query's time
                rows += 1
                yield row
        finally:
            source.close()
            watch.done(rows, seconds=seconds)

    return stream


def _async_stream(original: Any) -> Any:
    async def stream(self: Any, query: Any, params: Any = None, **options: Any) -> AsyncIterator[Any]:
        if _unseen(self):
            async for row in original(self, query, params, **options):
                yield row
            return
        watch = _Watch(self, query, params, _caller(1))
        rows, seconds = 0, 0.0
        source = original(self, query, params, **options)
        try:
            while True:
                asked = time.perf_counter()
                try:
                    row = await anext(source)
                except StopAsyncIteration:
                    seconds += time.perf_counter() - asked
                    break
                seconds += time.perf_counter() - asked
                rows += 1
                yield row
        finally:
            await source.aclose()
            watch.done(rows, seconds=seconds)

    return stream


def _exec_command(original: Any) -> Any:
    def exec_command(self: Any, command: Any, *rest: Any, **options: Any) -> Any:
        text = command if isinstance(command, bytes) else b""
        if text.startswith((b"BEGIN", b"START")):
            _transactions[self] = next(_numbers)
        elif text.startswith((b"COMMIT", b"ROLLBACK")) and not text.startswith(b"ROLLBACK TO"):
            _transactions.pop(self, None)
        return original(self, command, *rest, **options)

    return exec_command
