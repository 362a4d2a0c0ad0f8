"""What runs in the interpreter of a project to ask its Alembic: a program of its own, never imported.

It needs Alembic and nothing of ours. The request is JSON on standard input, the answer JSON in the file that it names,
because env.py may print. Alembic's offline mode gives the SQL of every revision, in one run of env.py,
without a database.

    {"answer": path, "ini": path | null, "toml": path | null, "location": path | null,
     "write": null | {"id", "message", "imports", "upgrade", "downgrade"}}
"""

from __future__ import annotations

import inspect
import io
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, cast


def main() -> None:
    """Answer one request."""
    # Python looks for modules beside a program, where one of ours is called alembic.
    sys.path[:] = [one for one in sys.path if one != str(Path(__file__).parent)]
    request = json.load(sys.stdin)
    sys.stdin = io.StringIO()
    try:
        answer = answered(request)
    except ModuleNotFoundError as err:
        answer = {"error": str(err), "missing": err.name or ""}
    except Exception as err:  # noqa: BLE001  env.py and the revisions are somebody else's code: whatever they raise
        answer = {"error": f"{type(err).__name__}: {err}", "missing": ""}
    Path(request["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """The revisions, or the file that was written."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = {"toml_file": request["toml"]} if request["toml"] else {}  # versions before 1.16 know none
    config = Config(request["ini"], output_buffer=io.StringIO(), stdout=io.StringIO(), **settings)
    if request["location"]:
        config.set_main_option("script_location", request["location"].replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    if request["write"]:
        return {"file": written(script, **request["write"])}
    return revisions(config, script)


def revisions(config: Any, script: Any) -> dict[str, Any]:
    """All revisions from the oldest, each with what its two functions would run, piece by piece."""
    import sqlalchemy
    from alembic.runtime.environment import EnvironmentContext

    ordered = list(script.walk_revisions())[::-1]
    found: list[dict[str, Any]] = []

    def every(_: Any, context: Any) -> list[Any]:
        pieces: list[list[Any]] = []
        now: list[str] = [""]
        impl = context.impl

        def output(text: str) -> None:
            pieces.append([text, line_in(now[0])])

        def execute(construct: Any, *_: Any, **__: Any) -> None:
            # As Alembic prints it, but with the tabs kept that stand in bodies of functions.
            found = sqlalchemy.text(construct) if isinstance(construct, str) else construct
            literal = impl.literal_binds and not isinstance(found, sqlalchemy.schema.ExecutableDDLElement)
            options = {"compile_kwargs": {"literal_binds": True}} if literal else {}
            output(str(cast(Any, found).compile(dialect=impl.dialect, **options)))

        impl._exec, impl.static_output = execute, output
        impl.emit_begin, impl.emit_commit = partial(output, "BEGIN"), partial(output, "COMMIT")
        for revision in ordered:
            one: dict[str, Any] = {
                "id": revision.revision,
                "parents": list(revision._versioned_down_revisions),
                "depends": list(revision._resolved_dependencies),
                "message": revision.doc or "",
                "file": str(Path(revision.path).resolve()),
            }
            now[0] = revision.path
            for way in ("upgrade", "downgrade"):
                pieces.clear()
                try:
                    getattr(revision.module, way)()
                    one[way] = [list(piece) for piece in pieces]
                except NotImplementedError:
                    one[way] = None
                except Exception as err:  # noqa: BLE001  see main
                    one[way] = None
                    one[f"{way}_error"] = f"{type(err).__name__}: {err}"
            found.append(one)
        return []

    environment: Any = EnvironmentContext(config, script, fn=every, as_sql=True, destination_rev="heads")
    ordinary = environment.configure

    def configure(connection: Any = None, url: Any = None, dialect_name: Any = None, **options: Any) -> None:
        """What env.py says, but always offline and always for PostgreSQL."""
        backend = str(dialect_name or url or "postgresql").split(":")[0].split("+")[0]
        if backend not in ("postgresql", "postgres", "driver"):  # `driver://` is what a fresh project has
            raise ValueError(f"env.py is for {backend}")
        options["dialect_opts"] = {"paramstyle": "named"}
        ordinary(dialect_name="postgresql", **options)

    environment.configure = configure
    with environment:  # env.py calls run_migrations, which calls `every`
        script.run_env()
    return {
        "revisions": found,
        "heads": list(script.get_heads()),
        "location": str(Path(script.dir).resolve()),
    }


def line_in(path: str) -> int:
    """The line of the revision's file that is being run; 0 where none is."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_filename == path:
            return frame.f_lineno
        frame = frame.f_back
    return 0


def written(script: Any, id: str, message: str, imports: str, upgrade: str, downgrade: str) -> str:  # noqa: A002
    """Write a revision with the project's own template, names and hooks; its path. It appears whole."""
    ordinary = script._generate_template

    def at_once(source: Any, target: Any, *rest: Any, **values: Any) -> None:
        target = Path(target)
        beside = target.with_name(f".{target.name}.new")
        try:
            ordinary(source, beside, *rest, **values)
            text = beside.read_text(encoding="utf-8")
            if any(one.splitlines()[0] not in text for one in (imports, upgrade, downgrade)):
                raise ValueError(f"{source} has no place for ${{imports}}, ${{upgrades}} and ${{downgrades}}")
            os.replace(beside, target)  # noqa: PTH105  the same in all versions
        finally:
            if beside.exists():
                beside.unlink()

    script._generate_template = at_once
    made = script.generate_revision(id, message, upgrades=upgrade, downgrades=downgrade, imports=imports)
    return str(Path(made.path).resolve())


if __name__ == "__main__":
    main()
