"""`dba orm --to prisma`: its migrations make the same catalogue, Prisma's own check is quiet, and the code runs."""

from __future__ import annotations

import re

import pytest

import postgres_servers
from dbarchitect.__main__ import main
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.orm.prisma import TARGET
from dbarchitect.orm.project import CONSTRUCTS
from migration_tools import run
from orm_prisma_project import DEMANDING, EMPTY, PrismaProject, same, without_history
from orm_schemas import random_schema


@pytest.fixture
def dba(monkeypatch, capsys):
    """`dba("orm", ...)`: exit code, stdout, stderr."""
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


@pytest.fixture
def project(tmp_path, database, dba):
    """`project(SQL, ...)`: the project of a database with these statements, and an empty database for it."""

    def make(script: str, *options: str):
        source, target = database(script), database()
        code, out, err = dba("orm", source.url, "--to", "prisma", "-o", str(tmp_path / "app"), *options)
        assert code == 0, out + err
        made = PrismaProject(tmp_path / "app", target.url)
        made.connect()
        return made, source, target, out

    return make


def test_a_demanding_schema_is_deployed_typed_and_used(project, dba, tmp_path):
    made, source, target, _ = project(DEMANDING)
    assert made.formatted() == made.schema
    made.prisma("migrate", "deploy")
    assert made.drift() == EMPTY
    target.connection.execute("DROP INDEX moody")
    assert 'CREATE INDEX "moody"' in made.drift()  # the check can fail
    target.connection.execute("CREATE INDEX moody ON \"User\" (manager_id) WHERE mood IN ('calm', 'it''s')")
    made.prisma("generate")
    run(made.home, "tsc")
    assert "1 in user" in run(made.home, "tsx", "prisma/seed.ts")
    assert "1 in user" in run(made.home, "tsx", "prisma/seed.ts")
    assert "# pass 2" in run(made.home, "tsx", "--test", "tests/start.test.ts")
    assert target.connection.execute('SELECT count(*) FROM "User"').fetchone() == (1,)
    before = made.content()
    code, out, err = dba("orm", source.url, "--to", "prisma", "-o", str(tmp_path / "app"))
    assert code == 0 and "nothing to write" in " ".join(out.split()), out + err
    assert made.content() == before
    assert same(without_history(target.connection), inspect(source.connection)) == ()
    target.connection.execute("SET client_min_messages = error")
    (down,) = (made.home / "prisma" / "migrations").glob("*/down.sql")
    target.connection.execute(down.read_bytes())
    left = target.connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S')"
    ).fetchall()
    assert left == []


def test_names_of_a_demanding_schema(project):
    made, _, _, _ = project(DEMANDING, "--models-only")
    assert sorted(one for one in made.content() if one != ".env") == [".dba-orm.json", "prisma/schema.prisma"]
    schema = re.sub(r" +", " ", made.schema)
    for line in (
        'schemas = ["billing", "public"]',
        'enum Mood {\n CALM @map("calm")\n IN_TRANSIT @map("in-transit")\n VALUE_2_ND @map("2nd")\n'
        ' IT_S @map("it\'s")\n'
        ' CLASS @map("class")\n CALM2 @map("Calm")',
        "mood Mood @default(IN_TRANSIT)",
        'oldMood BillingMood? @map("old_mood")',
        "displayName String?",
        "class String @db.VarChar(12)",
        "filled String @default(dbgenerated())",
        'manager User? @relation("UserManager", fields: [managerId], references: [id], onDelete: SetNull, '
        'onUpdate: NoAction, map: "User_manager_id_fkey")',
        'reports User[] @relation("UserManager")',
        'user User @relation("OrderUser", fields: [userId], references: [id], onDelete: Cascade, onUpdate: Restrict, '
        'map: "order_user_id_fkey")',
        'profileByUser Profile? @relation("ProfileUser")',
        "/// To Tag by way of UserTag.",
        "model BillingOrder {",
        "/// Who signs in\n///\n/// and out\nmodel User {",
        'home Unsupported("address")?',
        'spans Unsupported("int4range")[]',
        'nextNumber BigInt? @default(autoincrement()) @map("next_number")',
        'called Int? @default(dbgenerated("first()"))',
        'raw Bytes? @default("AP8=")',
        r'said String? @default("a \"quoted\" \\ back\nslash")',
        '@@unique([called], where: raw("(called > 1)"), map: "User_called_idx")',
        '@@index([balance(ops: raw("gist_numeric_ops"))], map: "User_balance_idx", type: Gist)',
        'keylesses Keyless[] @relation("KeylessUser") @ignore',
        "view PerMood {",
    ):
        assert line in schema, line
    assert schema.count("@@ignore") == 2


def test_what_is_not_in_the_schema_is_told(project):
    _, _, _, out = project(DEMANDING)
    flat = " ".join(out.split())
    for told in (
        'check constraint (2): User.', "exclusion constraint (1)", "expression index (1)", "include columns (1)",
        "trigger (1)", "row level security (1)", "partitioned table (1): event_log;", "deferrable foreign key (1)",
        "no primary key (2): keyless, ranged", "virtual generated column (1)", "nulls not distinct (1)",
        "materialised view (1): per_mood", "domain (3): User.class, User.filled, User.codes; String",
        "other type (1): User.net; Unsupported(\"cidr\")",
    ):  # fmt: skip
        assert told in flat, told
    assert set(CONSTRUCTS) <= set(TARGET.capabilities)


def test_a_foreign_key_that_prisma_cannot_say_is_named(project):
    made, source, target, out = project(
        "CREATE TABLE one (id bigint PRIMARY KEY, old integer REFERENCES one (id), now bigint REFERENCES one (id));"
    )
    assert "foreign key (1): one.one_old_fkey; no relation" in " ".join(out.split())
    made.prisma("migrate", "deploy")
    assert made.drift() == '-- DropForeignKey\nALTER TABLE "one" DROP CONSTRAINT "one_old_fkey";'
    assert "- `foreign key one_old_fkey of one`" in (made.home / "README.md").read_text()
    assert same(without_history(target.connection), inspect(source.connection)) == ()


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_any_schema_is_deployed_without_drift(project, seed):
    made, source, target, _ = project(random_schema(seed))
    assert made.formatted() == made.schema
    made.prisma("migrate", "deploy")
    assert made.drift() == EMPTY
    assert same(without_history(target.connection), inspect(source.connection)) == ()


def test_what_was_written_by_hand_stays_and_the_models_follow(project, dba, tmp_path):
    made, source, _, _ = project("CREATE TABLE users (id integer PRIMARY KEY, name text);")
    (made.home / "src" / "db.ts").write_text("// mine\n")
    source.connection.execute("ALTER TABLE users ADD nick text")
    code, out, err = dba("orm", source.url, "--to", "prisma", "-o", str(tmp_path / "app"))
    assert code == 0, err
    assert "+ prisma/schema.prisma" in out and "nick String?" in re.sub(" +", " ", made.schema)
    assert (made.home / "src" / "db.ts").read_text() == "// mine\n"
    # What is applied somewhere must not change: the next migration is written beside it.
    code, out, err = dba(
        "migrate", "new", "add nick", "--in", str(made.home / "prisma" / "migrations"), "--to", source.url
    )
    assert code == 0, out + err
    made.prisma("migrate", "deploy")
    assert made.drift() == EMPTY
    made.prisma("generate")  # a schema without relations has no includes
    (made.home / "src" / "db.ts").unlink()
    code, out, err = dba("orm", source.url, "--to", "prisma", "-o", str(tmp_path / "second"))
    assert code == 0, err
    (made.home / "src" / "db.ts").write_text((tmp_path / "second" / "src" / "db.ts").read_text())
    run(made.home, "tsc")


def test_hosts(project, dba, database, tmp_path):
    made, source, _, _ = project("CREATE TABLE users (id integer PRIMARY KEY);", "--host", "neon")
    assert "-pooler" in (made.home / ".env.example").read_text()
    for option, said in ((("--host", "turso"), "turso"), (("--variant", "x"), "no variant 'x'")):
        code, _, err = dba("orm", source.url, "--to", "prisma", "-o", str(tmp_path / "other"), *option)
        assert code == 2 and said in err
