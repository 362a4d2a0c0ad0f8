"""The project around the models: settings for the host, a session, seed, repository, test."""

from __future__ import annotations

import importlib.resources

from dbarchitect.orm.project import File, Host

from .models import HEADER
from .plan import Plan, Planned
from .python import bracketed, call, literal
from .types import VECTORS

# How asyncpg's pool is set for a host. The pooler of Supabase and Neon gives each transaction another connection,
# on which a statement prepared before is not known.
_OPTIONS: dict[Host, tuple[str, ...]] = {
    "server": ('"minsize": 1', '"maxsize": 10'),
    "neon": ('"minsize": 0', '"maxsize": 10', '"statement_cache_size": 0', '"ssl": "require"'),
    "supabase": ('"minsize": 0', '"maxsize": 10', '"statement_cache_size": 0', '"ssl": "require"'),
}
_URLS: dict[Host, tuple[str, str, str]] = {
    "server": ("", "postgresql://app:secret@localhost:5432/app", ""),
    "neon": (
        "The pooled host (-pooler) for the application, the other for migrations.",
        "postgresql://app:secret@ep-name-pooler.eu-central-1.aws.neon.tech/app?sslmode=require",
        "postgresql://app:secret@ep-name.eu-central-1.aws.neon.tech/app?sslmode=require",
    ),
    "supabase": (
        "Port 6543 pools by transactions, for the application; 5432 is for migrations.",
        "postgresql://postgres.ref:secret@aws-0-eu-central-1.pooler.supabase.com:6543/postgres",
        "postgresql://postgres.ref:secret@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
    ),
}


def template(name: str, **values: str) -> str:
    """A file of the project, with `{{name}}` replaced."""
    text = importlib.resources.files(__name__.rpartition(".")[0]).joinpath("templates", f"{name}.txt").read_text()
    for key, value in {"header": HEADER, **values}.items():
        text = text.replace(f"{{{{{key}}}}}", value)
    return text


def library(plan: Plan) -> list[File]:
    """What models and migrations need of the project: fields, rows, the state's operation, codecs."""
    package = plan.package
    found = [
        File(path=f"{package}/db/__init__.py", text='"""The database."""\n'),
        File(path=f"{package}/db/fields.py", text=template("fields.py")),
        File(path=f"{package}/db/state.py", text=template("state.py")),
    ]
    if plan.rows:
        found.append(File(path=f"{package}/db/rows.py", text=template("rows.py")))
    if types := codecs(plan):
        lines = "\n".join(
            f"    ({literal(schema)}, {literal(name)}, {'json.loads' if name in VECTORS else 'str'}),"
            for schema, name in types
        )
        found.append(
            File(
                path=f"{package}/db/codecs.py",
                text=template(
                    "codecs.py", package=package, types=lines, json="import json\n" if "json." in lines else ""
                ),
            )
        )
    return found


def codecs(plan: Plan) -> list[tuple[str, str]]:
    """Types of extensions, by schema and name, that the driver does not know."""
    shapes = [data.shape for one in (*plan.models, *plan.rows) for data in (*one.data, *one.references)]
    return sorted({(one.codec.schema, one.codec.name) for one in shapes if one.codec is not None})


def scaffold(plan: Plan, modules: list[str], host: Host) -> list[File]:
    """Everything that is written once and then its author's."""
    package = plan.package
    with_codecs = bool(codecs(plan))
    chosen = [*_OPTIONS[host], *(['"init": register_codecs'] if with_codecs else [])]
    options = bracketed("{", chosen, "}", indent=4) if len(chosen) < 4 else _lines(chosen)
    said, url, direct = _URLS[host]
    names = ", ".join(literal(f"{package}.models.{one}") for one in modules or ["enums"])
    environment = [
        *([f"# {said}"] if said else []),
        f"DATABASE_URL={url}",
        *([f"DIRECT_URL={direct}"] if direct else []),
    ]
    root = _example(plan)
    files = {
        f"{package}/__init__.py": '"""The application."""\n',
        f"{package}/settings.py": template(
            "settings.py",
            package=package,
            options=options,
            modules=names,
            codec_import=f"\nfrom {package}.db.codecs import register_codecs\n" if with_codecs else "",
        ),
        f"{package}/db/session.py": template("session.py", package=package),
        f"{package}/repository.py": template("repository.py", **_repository(plan, root)),
        f"{package}/seed.py": _seed(plan),
        "tests/test_database.py": _test(plan),
        ".env.example": "\n".join(environment) + "\n",
        ".gitignore": template("gitignore"),
        "pyproject.toml": template("pyproject.toml", package=package),
        "README.md": template("README.md", package=package, host=_host(host)),
    }
    return [File(path=path, text=text, owned=False) for path, text in files.items()]


def _lines(items: list[str]) -> str:
    return "\n        {" + "".join(f"\n            {one}," for one in items) + "\n        }\n    "


def _host(host: Host) -> str:
    if host == "server":
        return "A server of your own: the pool is asyncpg's, with at most 10 connections."
    name = "Neon" if host == "neon" else "Supabase"
    return (
        f"{name}: the pooler gives each transaction another connection, so the driver keeps no prepared statements "
        "(`statement_cache_size` 0); migrations go by `DIRECT_URL`."
    )


def _example(plan: Plan) -> Planned | None:
    """The model with the most relations, for the example of reading a tree."""
    return max(
        plan.models,
        key=lambda one: (len(one.references) + len(one.backward) + len(one.across), one.name),
        default=None,
    )


def _repository(plan: Plan, root: Planned | None) -> dict[str, str]:
    if root is None:
        return {"model_import": "", "example": ""}
    one = [literal(ref.name) for ref in root.references]
    many = [literal(relation.name) for relation in (*root.backward, *root.across)][:4]
    name = f"{_snake(root.cls)}_page"
    # The module has classes of its own.
    cls = f"{root.cls}Model" if root.cls in ("Page", "Generic", "TypeVar", "M", "QuerySet") else root.cls
    imported = root.cls if cls == root.cls else f"{root.cls} as {cls}"
    lines = [
        "",
        "",
        "",
        f"async def {name}(after: Any = None, size: int = 50) -> Page[{cls}]:",
        f'    """{root.cls} with what it refers to (joined) and what refers to it (a query for each relation)."""',
        f"    query = {cls}.all()",
    ]
    if one:
        lines.append("    " + call("query = query.select_related", one, indent=4))
    if many:
        lines.append("    " + call("query = query.prefetch_related", many, indent=4))
    lines.append("    return await page(query, after=after, size=size)")
    return {
        "model_import": f"\nfrom {plan.package}.models.{root.module} import {imported}\n",
        "example": "\n".join(lines),
    }


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() and at else one.lower() for at, one in enumerate(name))


def _seed(plan: Plan) -> str:
    return template("seed.py", package=plan.package)


def _test(plan: Plan) -> str:
    names = [f"{plan.package}.models.{one}" for one in sorted({model.module for model in plan.models})]
    return template("test_database.py", package=plan.package, modules=", ".join(literal(one) for one in names))
