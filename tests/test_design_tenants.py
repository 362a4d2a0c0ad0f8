"""A schema or a database for each tenant: psql runs the scripts, and no tenant sees what is another's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.provision import MIGRATE, PROVISION, TEMPLATE, UNDO, migrating, provisioning
from dbarchitect.design.seeds import seed
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.server import find_binaries
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.architecture import Probe
from dbarchitect.prove.provision import prove_migrating, prove_provisioning
from dbarchitect.sources import Workshop
from dbarchitect.sql.script import split_script
from test_design import NOW

BRIEF = """---
tenancy: {kind} per company
---
# Rooms

A company has a name. A room has a name. A room has at least one bed. A bed has a name. Rooms form a tree.
Changes to rooms are audited. A room has a status (free, taken). A room goes from free to taken to free.
An item has an embedding (vector 16) and a name.
"""


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


def tried(kind: Literal["schema", "database"], tmp_path: Path, workshop: Workshop, *change: str) -> list[Probe]:
    spec = read_brief(BRIEF.format(kind=kind).encode(), "brief.md").spec
    draft, _ = designed(spec, now=NOW)
    files = provisioning(draft, spec, ["CREATE INDEX extra ON public.beds (name)"])
    assert set(files) == ({PROVISION, TEMPLATE} if kind == "schema" else {PROVISION})
    (tmp_path / "tenants").mkdir()
    for name, text in files.items():
        assert not change or name != PROVISION or change[0] in text
        (tmp_path / name).write_text(text.replace(*change) if change else text)  # type: ignore[call-overload]
    (tmp_path / "schema.sql").write_text(script(draft, "x"))
    tmp_path.chmod(0o755)
    text, _ = seed(draft, spec)
    rows = [one.sql for one in split_script(text, "seed.sql") if one.kind.startswith("INSERT")]
    return prove_provisioning(workshop.server, tmp_path / PROVISION, draft, kind, rows)


@pytest.mark.parametrize("kind", ["schema", "database"])
def test_tenants_are_apart(kind: Literal["schema", "database"], tmp_path: Path, workshop: Workshop) -> None:
    probes = tried(kind, tmp_path, workshop)
    assert [f"{one.what}: {one.why}" for one in probes if not one.holds] == []
    assert sum(one.must == "refused" for one in probes) >= (10 if kind == "schema" else 1)
    database = "tenancy" if kind == "schema" else "tenant_two"
    schema = "tenant_two" if kind == "schema" else "public"
    with workshop.server.connect_as("tenant_two", database) as session:
        # Functions act on the tenant's own tables: the history of a change is beside it.
        session.execute(f"UPDATE {schema}.rooms SET status = 'taken'".encode())
        row = session.execute(f"SELECT count(*) FROM {schema}.rooms_history".encode()).fetchone()
        rooms = session.execute(f"SELECT count(*) FROM {schema}.rooms".encode()).fetchone()
        assert row == rooms
        assert row is not None
        assert row[0] > 0


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("schema", ('GRANT USAGE ON SCHEMA :"tenant" TO :"tenant";', 'GRANT USAGE ON SCHEMA :"tenant" TO PUBLIC;')),
        ("database", ('REVOKE ALL ON DATABASE :"tenant" FROM PUBLIC;', "")),
        ("schema", ('GRANT USAGE ON SCHEMA :"tenant" TO :"tenant";', "")),
    ],
)
def test_what_lets_a_tenant_in_is_caught(
    kind: Literal["schema", "database"], change: tuple[str, str], tmp_path: Path, workshop: Workshop
) -> None:
    more = change
    if "PUBLIC;" in change[1]:
        more = (change[0], f'{change[1]}\nGRANT ALL ON ALL TABLES IN SCHEMA :"tenant" TO PUBLIC;')
    probes = tried(kind, tmp_path, workshop, *more)
    assert [one for one in probes if not one.holds]


def test_a_script_that_psql_refuses_says_what_it_says(tmp_path: Path, workshop: Workshop) -> None:
    with pytest.raises(SurroundingsError, match="syntax error"):
        tried("database", tmp_path, workshop, "CREATE ROLE", "CREATE ROLLE")


MIGRATIONS = {
    "0001_initial.up.sql": "CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;\n"
    "CREATE TABLE public.rooms (id bigint);\n"
    "CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE sql SET search_path TO ''\n"
    "AS $$ SELECT count(*) FROM public.rooms $$;\nALTER TABLE public.rooms ADD embedding public.vector(3);\n",
    "0001_initial.down.sql": "DROP FUNCTION public.counted();\nDROP TABLE public.rooms;\nDROP EXTENSION vector;\n",
    "0002_more.up.sql": "ALTER TABLE \"public\".\"rooms\" ADD note text DEFAULT 'no public.x';\n",
    "0002_more.down.sql": "ALTER TABLE public.rooms DROP note;\n",
}  # fmt: skip


def test_migrations_run_in_the_schema_of_each_tenant(tmp_path: Path, workshop: Workshop) -> None:
    files = migrating(MIGRATIONS)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    psql = find_binaries().bin / "psql"
    server = workshop.server
    server.create_database("tenancy")

    def run(script: str, tenant: str) -> None:
        subprocess.run(
            [psql, "-X", "-q", "-v", f"tenant={tenant}", "-d", server.url("tenancy"), "-f", tmp_path / script],
            check=True, capture_output=True, text=True,
        )  # fmt: skip

    def columns(tenant: str) -> list[tuple[str, ...]]:
        with server.connect("tenancy") as admin:
            return admin.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s "
                "AND table_name <> 'tenant_migrations' ORDER BY ordinal_position", [tenant],
            ).fetchall()  # fmt: skip

    with server.connect("tenancy") as admin:
        admin.execute("CREATE SCHEMA one; CREATE SCHEMA two")
    whole = [("rooms", "id"), ("rooms", "embedding"), ("rooms", "note")]
    for tenant in ("one", "two"):
        run(MIGRATE, tenant)
        assert columns(tenant) == whole
    run(MIGRATE, "one")
    run(UNDO, "one")
    assert (columns("one"), columns("two")) == (whole[:2], whole)
    run(UNDO, "one")
    assert (columns("one"), columns("two"), columns("public")) == ([], whole, [])
    run(MIGRATE, "one")
    with server.connect("tenancy") as admin:
        admin.execute("INSERT INTO one.rooms (id) VALUES (1)")
        assert admin.execute("SELECT one.counted(), two.counted()").fetchone() == (1, 0)


def test_migrations_that_make_another_schema_are_caught(tmp_path: Path, workshop: Workshop) -> None:
    assert [one for one in tried("schema", tmp_path, workshop) if not one.holds] == []
    spec = read_brief(BRIEF.format(kind="schema").encode(), "brief.md").spec
    draft, _ = designed(spec, now=NOW)
    files = migrating({"0001_initial.up.sql": "CREATE TABLE public.rooms (id bigint);\n"})
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with workshop.server.connect("tenancy") as admin:
        admin.execute("INSERT INTO tenant_one.tenant_migrations VALUES ('0001_initial')")
    probes = prove_migrating(workshop.server, tmp_path, draft)
    assert any("where it is" in one.why for one in probes if not one.holds)
