"""What runs in the interpreter of a project to ask its models for their DDL: a program of its own, never imported.

It needs SQLAlchemy or Tortoise ORM, whichever the project uses, and nothing of ours but `python_places` beside it. The
request is JSON on standard input, the answer JSON in the file that it names, because modules may print.

    {"answer": path, "module": "package.module", "attribute": "Base" | "", "home": folder}
    -> {"framework", "ddl": [text], "schemas": [name], "marks": [mark]}
     | {"trouble": "module" | "raises" | "fails" | "attribute" | "kind" | "empty" | "package" | "unsupported" |
        "several" | "variable", "error": text, "file": path, "line": number, "names": [name]}

A mark says where something stands: {"kind": "table" | "column" | "type" | "named" | "over", "schema", "table", "name",
"columns", "file", "line"}; see `python_places`.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import io
import json
import os
import re
import sys
import traceback
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast


class TroubleError(Exception):
    """What the answer says instead of DDL."""

    def __init__(self, trouble: str, error: str = "", **more: Any) -> None:
        super().__init__(error)
        self.answer: dict[str, Any] = {"trouble": trouble, "error": error, **more}


def main() -> None:
    """Answer one request."""
    beside = str(Path(__file__).parent)
    sys.path[:] = [one for one in sys.path if one != beside]
    request = json.load(sys.stdin)
    sys.stdin = io.StringIO()
    home = Path(request["home"])
    # As `python -m` and Alembic's prepend_sys_path have it; a `src` folder as packaging tools lay it out.
    for place in (home / "src", home):
        if place.is_dir():
            sys.path.insert(0, str(place))
    try:
        answer = answered(request, home)
    except TroubleError as err:
        answer = err.answer
    Path(request["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def answered(request: dict[str, Any], home: Path) -> dict[str, Any]:
    """The DDL of what the request names. Raises `TroubleError`."""
    module = imported(request["module"], home)
    found: Any = module
    for name in filter(None, request["attribute"].split(".")):
        if not hasattr(found, name):
            raise TroubleError("attribute", names=names_in(module))
        found = getattr(found, name)
    try:
        metadata = metadata_of(found)
        if metadata is not None:
            return sqlalchemy_ddl(metadata, home)
        config = tortoise_config(found)
        if config is not None:
            return tortoise_ddl(config)
    except TroubleError:
        raise
    except BaseException as err:
        raise raised(err, home, trouble="fails") from err
    raise TroubleError("kind", type(found).__name__, names=names_in(module))


def imported(name: str, home: Path) -> ModuleType:
    """The module. Raises `TroubleError` with the last line of what it raised and the place in the project."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as err:
        if err.name is not None and (name == err.name or name.startswith(f"{err.name}.")):
            raise TroubleError("module", str(err)) from err
        raise raised(err, home, trouble="package" if err.name in ("sqlalchemy", "tortoise") else "raises") from err
    except BaseException as err:  # whatever somebody else's code raises, and exits
        raise raised(err, home) from err


def raised(err: BaseException, home: Path, *, trouble: str = "raises") -> TroubleError:
    """What an exception says, with the deepest place that is the project's own."""
    if isinstance(err, SyntaxError) and err.filename:
        return TroubleError(trouble, f"{type(err).__name__}: {err.msg}", file=err.filename, line=err.lineno or 0)
    frames = traceback.extract_tb(err.__traceback__)
    own = [one for one in frames if is_own(one.filename, home)]
    at = own[-1] if own else None
    last = traceback.format_exception_only(err)[-1].strip()
    if isinstance(err, KeyError) and frames and Path(frames[-1].filename.strip("<>")).stem in ("os", "frozen os"):
        trouble, last = "variable", str(err.args[0])
    return TroubleError(
        trouble, last or type(err).__name__, file=at.filename if at else "", line=(at.lineno or 0) if at else 0
    )


def is_own(file: str | None, home: Path) -> bool:
    """Whether a file is the project's own, not of a package that is installed in it."""
    if not file or file.startswith("<"):
        return False
    path = Path(file).resolve()
    inside = home.resolve() in path.parents
    return inside and not {"site-packages", "dist-packages", "node_modules"} & set(path.parts)


def own_files(home: Path) -> list[str]:
    """The files of the modules that are loaded and the project's own."""
    found = (getattr(one, "__file__", None) for one in list(sys.modules.values()))
    return sorted({os.path.abspath(one) for one in found if one and one.endswith(".py") and is_own(one, home)})  # noqa: PTH100


def names_in(module: ModuleType) -> list[str]:
    """The names of a module that models can be read from."""
    return sorted(
        name
        for name, one in vars(module).items()
        if not name.startswith("_")
        and not isinstance(one, ModuleType)
        and (plain_metadata(one) is not None or tortoise_config(one) is not None)
    )


# --- SQLAlchemy -----------------------------------------------------------------------------------------------------


def held_metadata(one: Any) -> Any:
    """The MetaData that an object is or has: a declarative base, a registry, SQLModel, Flask's `db`, a model."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy import MetaData, Table

    if isinstance(one, MetaData):
        return one
    if isinstance(one, Table | ModuleType):
        return None
    has = getattr(one, "metadata", None)
    return has if isinstance(has, MetaData) else None


def plain_metadata(one: Any) -> Any:
    """The same but for a model, which is no name for all of them."""
    return None if hasattr(one, "__mapper__") else held_metadata(one)


def metadata_of(found: Any) -> Any:
    """The MetaData of an object, or the one that a module has. Raises `TroubleError` where a module has several."""
    if not isinstance(found, ModuleType):
        return plain_metadata(found)
    held: dict[int, Any] = {}
    names: dict[int, str] = {}
    # A base names its tables better than one of its models; a module may have the models alone.
    for name, one in sorted(vars(found).items(), key=lambda item: hasattr(item[1], "__mapper__")):
        metadata = held_metadata(one)
        if metadata is not None and metadata.tables:
            held[id(metadata)] = metadata
            names.setdefault(id(metadata), name)
    if len(held) > 1:
        raise TroubleError("several", names=sorted(names.values()))
    if held:
        return next(iter(held.values()))
    return next((one for one in map(plain_metadata, vars(found).values()) if one is not None), None)


def sqlalchemy_ddl(metadata: Any, home: Path) -> dict[str, Any]:
    """What `create_all` would run, and where the tables stand in the code."""
    import sqlalchemy
    from sqlalchemy import create_mock_engine
    from sqlalchemy.exc import CompileError, SQLAlchemyError

    if not metadata.tables:
        raise TroubleError("empty")
    pieces: list[str] = []

    def run(construct: Any, *_: Any, **__: Any) -> None:
        found: Any = sqlalchemy.text(construct) if isinstance(construct, str) else construct
        plain = isinstance(found, sqlalchemy.schema.ExecutableDDLElement)
        options = {} if plain else {"compile_kwargs": {"literal_binds": True}}
        pieces.append(str(found.compile(dialect=engine.dialect, **options)))

    # Without a driver: the mock engine asks for none. `named` leaves the percent signs of expressions alone.
    engine: Any = create_mock_engine("postgresql://", run, paramstyle="named")
    try:
        metadata.create_all(engine, checkfirst=False)
    except (CompileError, SQLAlchemyError) as err:
        said = re.sub(r"Compiler <[^>]*> ", "", str(err).splitlines()[0])
        at = re.search(r"in table '([^']*)'", str(err))
        table = next((one for one in metadata.tables.values() if at and one.name == at[1]), None)
        place = [table.schema or "public", table.name] if table is not None else []
        marks = places().sqlalchemy_marks(metadata, own_files(home))
        line: dict[str, Any] = {}
        column = re.search(r"column '([^']*)'", str(err))
        for one in marks:  # the column, where it is known, else its table
            if [one["schema"], one["table"]] == place and (
                one["kind"] == "table" or (column and one["kind"] == "column" and one["name"] == column[1])
            ):
                line = one if one["kind"] == "column" or not line else line
        raise TroubleError("unsupported", said, file=line.get("file", ""), line=line.get("line", 0)) from err
    schemas = {one.schema for one in metadata.tables.values() if one.schema}
    schemas |= {schema for one in metadata.tables.values() for schema in type_schemas(one)}
    return {
        "framework": "sqlalchemy",
        "ddl": pieces,
        "schemas": sorted(schemas - {"public"}),
        "marks": places().sqlalchemy_marks(metadata, own_files(home)),
    }


def type_schemas(table: Any) -> list[str]:
    """The schemas that the types of a table's columns live in."""
    found = (getattr(getattr(column.type, "item_type", column.type), "schema", None) for column in table.columns)
    return [one for one in found if isinstance(one, str)]


# --- Tortoise -------------------------------------------------------------------------------------------------------


def tortoise_config(found: Any) -> Any:
    """The settings that an object is (a dictionary with `apps`, a TortoiseConfig), or a module with models."""
    if isinstance(found, dict):
        settings = cast("dict[str, Any]", found)
        return settings if isinstance(settings.get("apps"), dict) and "connections" in settings else None
    if hasattr(found, "to_dict") and type(found).__module__.startswith("tortoise."):
        return found.to_dict()
    if isinstance(found, ModuleType) and "tortoise" in sys.modules:
        from tortoise.models import Model

        own = [one for one in vars(found).values() if isinstance(one, type) and issubclass(one, Model)]
        if any(one is not Model and one.__module__ == found.__name__ for one in own):
            return {"connections": {}, "apps": {"models": {"models": [found.__name__]}}}
    return None


def tortoise_ddl(config: dict[str, Any]) -> dict[str, Any]:
    """What `generate_schemas` would run, and where the models stand in the code."""
    from tortoise import Tortoise
    from tortoise.utils import get_schema_sql

    backend = next((one for one in ("asyncpg", "psycopg") if importlib.util.find_spec(one)), None)
    if backend is None:
        raise TroubleError("package", "asyncpg")
    here = {"host": "localhost", "port": 5432, "user": "nobody", "password": "", "database": "nothing"}
    apps = {name: {**app, "default_connection": "default"} for name, app in config["apps"].items()}
    settings = {
        **{key: one for key, one in config.items() if key in ("use_tz", "timezone")},
        "connections": {"default": {"engine": f"tortoise.backends.{backend}", "credentials": here}},
        "apps": apps,
    }

    async def run() -> tuple[str, list[Any]]:
        context: Any = await Tortoise.init(config=settings)  # it connects when it is first asked, which it never is
        owner: Any = context if hasattr(context, "apps") else Tortoise  # versions before 1.0 return nothing
        models = [one for app in owner.apps.values() for one in app.values()]
        if not models:
            raise TroubleError("empty")
        for model in models:
            for index in model._meta.indexes:
                if getattr(index, "fields", None):
                    index.get_sql = partial(index_sql, index)
        connections: Any = getattr(owner, "connections", None)
        if connections is None:
            from tortoise import connections
        text = get_schema_sql(connections.get("default"), safe=False)
        return text, places().tortoise_marks(models)

    text, marks = asyncio.run(run())
    return {"framework": "tortoise", "ddl": [text], "schemas": [], "marks": marks}


def index_sql(index: Any, generator: Any, model: Any, safe: bool) -> str:
    """The SQL of an index by its columns: Tortoise (1.1) has its fields there, whatever their columns are called."""
    stated, named = index.fields, index.name
    index.name = index.index_name(generator, model)
    index.fields = tuple(column_of(model, name) for name in stated)
    try:
        return index.__class__.get_sql(index, generator, model, safe)
    finally:
        index.fields, index.name = stated, named


def column_of(model: Any, field: str) -> str:
    """The column of a field, or of the relation that it is."""
    known = model._meta.fields_map.get(field)
    return getattr(known, "source_field", None) or field


def places() -> Any:
    """`python_places`, from beside this file and only now: its folder must not be where the project looks."""
    spec: Any = importlib.util.spec_from_file_location(
        "_dba_python_places", Path(__file__).with_name("python_places.py")
    )
    module: Any = sys.modules.get(spec.name)
    if module is None:
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
