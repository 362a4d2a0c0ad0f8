"""Neon and Supabase: their doors told from a URL, what surrounds a script there, what `dba check` says of it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest

from dbarchitect.api.platform import platform
from dbarchitect.cli import run
from dbarchitect.engines.postgres.migrator.runner import check_runnable
from dbarchitect.engines.postgres.platforms import endpoint, refuse_pooler, surroundings, ways_in
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.platform import PLATFORMS
from dbarchitect.render import Screen
from dbarchitect.render.platform import render_platform
from dbarchitect.review.platforms import extensions_of
from dbarchitect.sql.script import split_script

NEON = "ep-cool-darkness-a1b2c3d4"
SUPAVISOR = "aws-0-eu-central-1.pooler.supabase.com"


@pytest.mark.parametrize(
    ("url", "platform_", "door", "direct"),
    [
        (
            f"postgresql://app:s3cret@{NEON}-pooler.us-east-2.aws.neon.tech/shop?sslmode=require",
            "neon",
            "transaction",
            f"postgresql://app:***@{NEON}.us-east-2.aws.neon.tech/shop?sslmode=require",
        ),
        (
            f"postgres://app@{NEON}.c-2.eu-central-1.aws.neon.tech:5432/shop",
            "neon",
            "direct",
            f"postgres://app@{NEON}.c-2.eu-central-1.aws.neon.tech:5432/shop",
        ),
        (
            f"postgresql://postgres.abcdef:p%40w@{SUPAVISOR}:6543/postgres",
            "supabase",
            "transaction",
            "postgresql://postgres:***@db.abcdef.supabase.co:5432/postgres",
        ),
        (
            f"postgresql://postgres.abcdef:pw@{SUPAVISOR}:5432/postgres",
            "supabase",
            "session",
            "postgresql://postgres:***@db.abcdef.supabase.co:5432/postgres",
        ),
        (
            f"postgresql://{SUPAVISOR}:6543/postgres",
            "supabase",
            "transaction",
            f"postgresql://{SUPAVISOR}:5432/postgres",
        ),
        (
            "postgresql://postgres:pw@db.abcdef.supabase.co:6543/postgres",
            "supabase",
            "transaction",
            "postgresql://postgres:***@db.abcdef.supabase.co:5432/postgres",
        ),
        (
            "postgresql://postgres@db.abcdef.supabase.co/postgres",
            "supabase",
            "direct",
            "postgresql://postgres@db.abcdef.supabase.co/postgres",
        ),
    ],
)
def test_a_url_names_its_door_and_the_way_past_a_pooler(url: str, platform_: str, door: str, direct: str) -> None:
    found = endpoint(url)
    assert found is not None
    assert (found.platform, found.door, found.direct) == (platform_, door, direct)
    for secret in ("s3cret", "p%40w", ":pw@"):
        assert secret not in ways_in(found)
    if door == "transaction":
        with pytest.raises(SurroundingsError) as told:
            refuse_pooler(url, "a rehearsal")
        assert direct in str(told.value.hint)
    else:
        refuse_pooler(url, "a rehearsal")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app@localhost:6543/shop",
        f"mysql://{NEON}-pooler.us-east-2.aws.neon.tech/shop",
        "postgresql://app@neon.tech.example.org/shop",
        f"postgresql://app@{NEON}-pooler.us-east-2.aws.neon.tech.example.org/shop",
        "postgresql://app@host:port/shop",
        "shop.sql",
        "",
    ],
)
def test_other_servers_are_nobodys(url: str) -> None:
    assert endpoint(url) is None
    refuse_pooler(url, "a rehearsal")


def test_a_migration_that_needs_a_session_is_told_the_way_past_the_platforms_pooler() -> None:
    found = endpoint(f"postgresql://app@{NEON}-pooler.us-east-2.aws.neon.tech/shop")
    assert found is not None
    step = Step(sql=("CREATE INDEX CONCURRENTLY i ON t (a)",), transactional=False)
    migration = Migration(id="0001", name="i", up=(step,))
    with pytest.raises(SurroundingsError) as told:
        check_runnable(migration, pooled=True, past=ways_in(found))
    assert f"{NEON}.us-east-2.aws.neon.tech" in str(told.value.hint)


def test_copies_and_scratch_servers_are_not_taken_through_a_pooler(tmp_path: Path) -> None:
    url = f"postgresql://app@{NEON}-pooler.us-east-2.aws.neon.tech/shop"
    (tmp_path / "s.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY);")
    (tmp_path / "0001.up.sql").write_text("ALTER TABLE t ADD a int;")
    script = str(tmp_path / "s.sql")
    for words in (
        ["check", script, "--server", url],
        ["migrate", "rehearse", str(tmp_path / "0001.up.sql"), "--source", script, "--copy", url],
    ):
        with pytest.raises(SurroundingsError, match="pooler in transaction mode"):
            run(words)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_is_known_of_a_platform_has_its_source_and_grows_old(name: str) -> None:
    new = platform(name, today=date(2026, 11, 27))
    assert new.facts and all(one.source.startswith("https://") for one in new.facts)
    old = platform(name, today=date(2029, 1, 1))
    assert len(old.warnings) > len(new.facts)
    assert any("extensions" in one for one in old.warnings)
    assert not any("list of" in one for one in new.warnings)
    text = render_platform(old, "text", screen=Screen(width=100), version="0")
    assert "warning: " in text and "--copy-with" in text
    assert json.loads(render_platform(new, "json", screen=Screen(width=100), version="0"))["platform"] == name


def test_what_is_no_platform_is_told_so() -> None:
    for given in ("turso", "postgresql://localhost/x"):
        with pytest.raises(InputError, match="Neon and Supabase"):
            platform(given, today=date(2026, 11, 27))


def test_lists_of_extensions_contradict_themselves_nowhere() -> None:
    for name in PLATFORMS:
        has = extensions_of(name)
        assert not has.known & set(has.refused)
        assert has.known >= set(has.terms)
        assert has.known >= {one for names in has.not_on.values() for one in names.split()}
        assert has.lacks("pg_trgm", 17) == "" and has.lacks("nothing_of_the_kind", 17)
    assert extensions_of("supabase").lacks("timescaledb", 17) and not extensions_of("supabase").lacks("timescaledb", 15)
    assert extensions_of("supabase").lacks("timescaledb", 18), "what is gone stays gone"
    assert not extensions_of("neon").lacks("ulid", 18), "unless its own list says otherwise"


def test_lists_of_extensions_are_replaced_and_changed_by_a_file(tmp_path: Path, capsys) -> None:
    script = tmp_path / "shop.sql"
    script.write_text("create extension citus;\ncreate extension pg_trgm;\ncreate extension pgaudit;")
    facts = tmp_path / "mine.toml"
    words = ["check", str(script), "--platform", "neon", "--facts", str(facts), "--format", "json"]

    def said(text: str) -> list[tuple[str, str, object]]:
        facts.write_text(text)
        run(words)
        found = json.loads(capsys.readouterr().out)
        return [
            (one["at"]["name"], one["severity"], one["facts"]["list"])
            for one in found["findings"]
            if one["rule"] == "extension-not-on-platform"
        ]

    mine = '[extensions.neon]\nsource = "the server"\ndate = 2026-11-20\n'
    assert said(mine + 'add = "citus"\nwithout = "pg_trgm"') == [
        ("pg_trgm", "error", "2026-11-20"),
        ("pgaudit", "info", "2025-06-23"),
    ]
    assert said(mine + 'names = "citus pgaudit"') == [("pg_trgm", "error", "2026-11-20")]
    assert said(mine + 'terms.citus = "beta"\nadd = "citus"')[0] == ("citus", "info", "2026-11-20")
    facts.write_text(mine + 'names = "pg_trgm"')
    assert platform("neon", facts=[facts], today=date(2026, 11, 27)).extensions == ("pg_trgm",)
    old = platform("neon", facts=[facts], today=date(2028, 1, 1))
    assert any("2026-11-20" in one and "the server" in one for one in old.warnings)
    for wrong, told in (
        (mine + 'names = "a"\nadd = "b"', "list of its own"),
        (mine + 'without = "nothing_of_it"', "not in the list"),
        (mine + 'add = "b"\nwithout = "b"', "not in the list|both added"),
        (mine, "nothing is said"),
        ('[extensions.heroku]\nsource = "x"\ndate = 2026-11-20\nnames = "a"', "neon or supabase"),
        ('[extension.neon]\nsource = "x"', "holds no facts"),
        ('[extensions.neon]\nnames = "a"', "date"),
        ("[extensions", "holds no facts"),
    ):
        facts.write_text(wrong)
        with pytest.raises(InputError, match=told):
            run(words)


def test_what_is_said_of_an_extension_by_an_old_page_is_told_as_old(tmp_path: Path, capsys) -> None:
    script = tmp_path / "shop.sql"
    script.write_text("create extension pgaudit;")
    run(["check", str(script), "--platform", "neon", "--format", "json"])
    gaps = json.loads(capsys.readouterr().out)["gaps"]
    assert any("pgaudit is of 2025-06-23" in one["effect"] for one in gaps)
    assert not any("online_advisor" in one["effect"] for one in gaps)


@pytest.fixture
def supabase(database):
    """A database with the roles and schemas that Supabase brings."""
    copy = database()
    for role in ("anon", "authenticated", "service_role"):
        copy.connection.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; "
            "END IF; END $$"
        )
    for statement in surroundings((), "supabase"):
        copy.connection.execute(statement.sql)
    return copy


def test_who_asks_is_told_as_supabase_tells_it(supabase) -> None:
    somebody = "00000000-0000-4000-8000-000000000001"
    with supabase.connection.transaction():
        supabase.connection.execute(
            "SELECT set_config('request.jwt.claims', %s, true)",
            (json.dumps({"sub": somebody, "role": "authenticated", "email": "a@b.c"}),),
        )
        row = supabase.connection.execute("SELECT auth.uid()::text, auth.role(), auth.email()").fetchone()
    assert row == (somebody, "authenticated", "a@b.c")
    assert supabase.connection.execute("SELECT auth.uid(), auth.role(), auth.jwt()").fetchone() == (None, None, None)
    row = supabase.connection.execute(
        "SELECT storage.foldername('a/b/c.tar.gz'), storage.filename('a/b/c.tar.gz'), storage.extension('a/b/c.tar.gz')"
    ).fetchone()
    assert row == (["a", "b"], "c.tar.gz", "gz")


def test_what_the_rules_say_of_policies_is_what_happens(supabase) -> None:
    """Without a privilege everything is refused; without a policy for SELECT an UPDATE finds nothing; a view of its
    owner's shows what its table hides; a token says what its user wrote into it."""
    mine, other = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    make = supabase.connection.execute
    make("CREATE TABLE notes (id int PRIMARY KEY, user_id uuid NOT NULL, body text)")
    make("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
    make("CREATE POLICY edit ON notes FOR UPDATE TO authenticated USING ((SELECT auth.uid()) = user_id)")
    make("INSERT INTO notes VALUES (1, %s, 'a'), (2, %s, 'b')", (mine, other))
    make("CREATE VIEW all_notes AS SELECT * FROM notes")

    def as_user(sql: str, **claims: object) -> psycopg.Cursor:
        with closing(psycopg.connect(supabase.url)) as session:
            claims = {"sub": mine, **claims}
            session.execute("SELECT set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
            session.execute("SET LOCAL ROLE authenticated")
            return session.execute(sql)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_user("SELECT FROM notes")
    make("GRANT SELECT, UPDATE ON notes, all_notes TO authenticated")
    assert as_user("UPDATE notes SET body = 'x' WHERE id = 1").rowcount == 0
    make("CREATE POLICY see ON notes FOR SELECT TO authenticated USING ((SELECT auth.uid()) = user_id)")
    assert as_user("UPDATE notes SET body = 'x' WHERE id = 1").rowcount == 1
    assert as_user("SELECT FROM notes").rowcount == 1
    assert as_user("SELECT FROM all_notes").rowcount == 2
    make("ALTER VIEW all_notes SET (security_invoker = on)")
    assert as_user("SELECT FROM all_notes").rowcount == 1
    make("CREATE POLICY admins ON notes FOR SELECT TO authenticated "
         "USING (((SELECT auth.jwt()) -> 'user_metadata' ->> 'role') = 'admin')")  # fmt: skip
    assert as_user("SELECT FROM notes", user_metadata={"role": "admin"}).rowcount == 2


MIGRATIONS = {
    "20260101000000_profiles.sql": """
        create table public.profiles (id uuid primary key references auth.users on delete cascade, name text);
        alter table public.profiles enable row level security;
        create policy own on public.profiles for select to authenticated using (auth.uid() = id);
        create policy files on storage.objects for select to authenticated
            using (bucket_id = 'a' and (storage.foldername(name))[1] = (select auth.uid())::text);
        alter publication supabase_realtime add table public.profiles;
    """,
    "20260102000000_notes.sql": """
        create table public.notes (id bigint generated always as identity primary key,
            user_id uuid not null references auth.users on delete cascade, body text);
        alter table public.notes enable row level security;
        create policy edit on public.notes for update to authenticated using ((select auth.uid()) = user_id);
        create extension if not exists pg_graphql;
        create extension if not exists hll;
    """,
}


def test_migrations_of_supabase_are_checked_with_what_surrounds_them(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    for name, sql in MIGRATIONS.items():
        (folder / name).write_text(sql)
    assert run(["check", str(folder), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    said = {(one["rule"], one["at"]["name"]) for one in found["findings"]}
    assert {
        ("policy-called-per-row", "profiles"),
        ("policy-without-privilege", "profiles"),
        ("policy-update-unseen", "notes"),
        ("policy-column-without-index", "notes"),
        ("extension-not-on-platform", "hll"),
    } <= said
    assert not {one for one in said if one[1] in ("users", "objects", "pg_graphql")}
    assert any(one["kind"] == "platform" for one in found["gaps"])
    assert run(["check", str(folder), "--prove", "--select", "policy-without-privilege", "--format", "json"]) == 1
    (proved,) = json.loads(capsys.readouterr().out)["findings"][:1]
    assert proved["proof"]["level"] == "rehearsed" and proved["proof"]["holds"]


def test_a_folder_is_held_beside_a_server_without_what_the_platform_has_made(tmp_path: Path, supabase, capsys) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for name, sql in MIGRATIONS.items():
        (folder / name).write_text(sql.replace("create extension if not exists hll;", ""))
    for statement in split_script("".join(one.read_text() for one in sorted(folder.glob("*.sql"))), "all"):
        if statement.kind != "CREATE EXTENSION":
            supabase.connection.execute(statement.sql)
    supabase.connection.execute("CREATE TABLE auth.refresh_tokens (id bigint PRIMARY KEY)")
    supabase.connection.execute("CREATE SCHEMA vault; CREATE TABLE vault.secrets (id bigint PRIMARY KEY)")
    words = ["migrate", "status", str(folder), "--to", supabase.url, "--format", "json"]
    run(words)
    assert not json.loads(capsys.readouterr().out).get("schema")
    supabase.connection.execute("CREATE POLICY clicked ON notes FOR SELECT TO anon USING (true)")
    assert run(words) == 1
    (difference,) = json.loads(capsys.readouterr().out)["schema"]
    assert "clicked" in difference


def test_off_the_platform_nothing_of_it_is_made_or_said(tmp_path: Path, capsys) -> None:
    script = tmp_path / "shop.sql"
    script.write_text("create schema auth; create table auth.users (id uuid primary key);\n"
                      "create table notes (id bigint primary key, user_id uuid references auth.users);\n"
                      "create extension pageinspect;")  # fmt: skip
    run(["check", str(script), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["tables"] == 2 and not found.get("gaps")
    assert not any(one["rule"].startswith(("extension-not", "policy-")) for one in found["findings"])


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_named_platform_tells_of_extensions_that_it_has_not(name: str, tmp_path, capsys) -> None:
    script = tmp_path / "shop.sql"
    script.write_text("create extension citus;\ncreate extension pg_trgm;\ncreate table t (id bigint primary key);")
    assert run(["check", str(script), "--platform", name, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["at"]["name"] for one in found["findings"] if one["rule"] == "extension-not-on-platform"] == ["citus"]


def test_migrations_that_may_go_through_a_pooler_are_told_what_it_does_not_keep(tmp_path: Path, capsys) -> None:
    script = tmp_path / "0001_note.sql"
    script.write_text("SET lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN note text;\n")

    def said(*words: str) -> list[str]:
        run(["migrate", "lint", str(script), "--format", "json", *words])
        found = json.loads(capsys.readouterr().out)
        return [one["severity"] for one in found.get("findings", []) if one["rule"] == "session-state-behind-pooler"]

    assert said() == []
    assert said("--platform", "neon") == said("--platform", "supabase") == ["info"]


def test_a_rehearsal_for_a_platform_has_what_surrounds_its_migrations(tmp_path: Path, capsys) -> None:
    """The source names nothing of Supabase's, the migration does."""
    (tmp_path / "shop.sql").write_text("create table public.notes (id bigint primary key, user_id uuid);")
    script = tmp_path / "0001_policy.up.sql"
    script.write_text(
        "create policy own on public.notes for select to authenticated using ((select auth.uid()) = user_id);"
    )
    script.with_name("0001_policy.down.sql").write_text("drop policy own on public.notes;")
    words = ["migrate", "rehearse", str(script), "--source", str(tmp_path / "shop.sql"), "--format", "json"]
    assert run(words) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "fails"
    assert run([*words, "--platform", "supabase"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] in ("good", "depends")
    assert found["command"][-2:] == ["--platform", "supabase"]


def test_a_script_that_brings_its_own_auth_is_left_alone() -> None:
    own = split_script("CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid); SELECT auth.uid()", "own.sql")
    assert surroundings(own, None) == () and surroundings(own, "supabase") == ()
    assert surroundings(split_script("SELECT auth.uid()", "theirs.sql"), None)
    assert surroundings(split_script("SELECT 1", "any.sql"), "neon") == ()
