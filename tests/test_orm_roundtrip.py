"""A schema in Prisma's language becomes projects of other mappers, and these are sources again: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbarchitect.api.diff import DiffOptions, migrate_diff
from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.api.orm_diff import OrmDiffOptions, orm_diff
from dbarchitect.migrate.compare import differences, steady
from dbarchitect.orm.project import TargetName
from dbarchitect.render.orm_diff import says
from dbarchitect.sources import Workshop, open_source
from migration_tools import ENGINE, packages
from orm_code_projects import node_project
from postgres_servers import test_cache

PRISMA = """
generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["partialIndexes"]
}

datasource db {
  provider = "postgresql"
  schemas  = ["public", "billing"]
}

enum Role {
  ADMIN
  power_user @map("power-user")
  OTHER      @map("2nd, of them")

  @@map("user_role")
  @@schema("public")
}

model User {
  id         String    @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  email      String    @unique @db.Citext
  name       String?   @map("display name") @db.VarChar(80)
  role       Role      @default(power_user)
  roles      Role[]    @default([ADMIN, power_user])
  tags       String[]  @default([])
  settings   Json      @default("{\\"theme\\": \\"dark\\"}")
  raw        Json?     @db.Json
  photo      Bytes?    @default("AP8=")
  balance    Decimal   @default(0.10) @db.Decimal(12, 2)
  big        BigInt    @default(9007199254740993)
  ratio      Float     @default(0.5)
  small      Int       @default(-1) @db.SmallInt
  active     Boolean   @default(true)
  born       DateTime? @db.Date
  opens      DateTime? @db.Time(0)
  seen       DateTime  @default(now()) @db.Timestamptz(3)
  updated    DateTime  @updatedAt
  search     Unsupported("tsvector")?
  letter     String    @default("x") @db.Char(1)
  bits       String?   @db.VarBit(8)
  ip         String?   @db.Inet
  boss       User?     @relation("Boss", fields: [bossId], references: [id], onDelete: SetNull, onUpdate: NoAction)
  bossId     String?   @map("boss_id") @db.Uuid
  reports    User[]    @relation("Boss")
  posts      Post[]    @relation("Author")
  reviews    Post[]    @relation("Reviewer")
  groups     Group[]
  accounts   Account[]
  passport   Passport?

  @@index([seen(sort: Desc), email], map: "recent users")
  @@index([tags], type: Gin)
  @@index([settings(ops: JsonbPathOps)], type: Gin)
  @@index([name(ops: raw("varchar_pattern_ops"))])
  @@index([bossId], type: Hash)
  @@index([name, active], where: raw("(boss_id IS NULL)"), map: "unbossed")
  @@map("users")
  @@schema("public")
}

model Passport {
  userId String @id @db.Uuid
  user   User   @relation(fields: [userId], references: [id], onDelete: Cascade)
  code   String @unique(map: "one code")

  @@schema("public")
}

model Post {
  id         Int     @id @default(autoincrement())
  title      String
  author     User    @relation("Author", fields: [authorId], references: [id])
  authorId   String  @db.Uuid
  reviewer   User?   @relation("Reviewer", fields: [reviewerId], references: [id], onDelete: Restrict)
  reviewerId String? @db.Uuid
  groups     Group[]
  order      String  @default("select")

  @@unique([authorId, title])
  @@schema("public")
}

model Group {
  id    BigInt @id @default(autoincrement())
  class String @unique
  posts Post[]
  users User[]

  @@schema("public")
}

model Account {
  tenant  Int
  number  BigInt
  owner   User      @relation(fields: [ownerId], references: [id], onUpdate: Restrict)
  ownerId String    @map("owner_id") @db.Uuid
  entries Entry[]

  @@id([number, tenant], map: "account key")
  @@map("account")
  @@schema("billing")
}

model Entry {
  id      String   @id @default(cuid())
  account Account  @relation(fields: [number, tenant], references: [number, tenant], onDelete: Cascade, map: "entry of")
  number  BigInt
  tenant  Int
  at      DateTime @default(dbgenerated("(now() + '1 day'::interval)"))
  amount  Decimal  @db.Money
  note    String   @default("XX") @db.VarChar(100)

  @@index([number, tenant])
  @@schema("billing")
}

model Keyless {
  at   DateTime @unique
  note String?

  @@map("Key less")
  @@schema("billing")
}
"""
# Migrations and models of a project, as sources within it.
SOURCES: dict[TargetName, tuple[str, str]] = {
    "drizzle": ("drizzle", "src/db/schema.ts"),
    "sqlalchemy": (".", "app.models"),
    "prisma": ("prisma/migrations", "prisma/schema.prisma"),
    "tortoise": ("", "app.settings:TORTOISE_ORM"),  # whose migrations are no source
}


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    opened = Workshop(cache=test_cache())
    yield opened
    opened.close()


@pytest.mark.parametrize("target", SOURCES)
def test_there_and_back(
    target: TargetName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    monkeypatch.setenv("PRISMA_SCHEMA_ENGINE_BINARY", str(ENGINE))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/nothing")  # settings ask for one
    (tmp_path / "source").mkdir()
    monkeypatch.chdir(node_project(tmp_path / "source", schema__prisma=PRISMA))
    opened = open_source("schema.prisma", workshop, database=f"{target} wanted")
    assert opened.code is not None
    wanted = steady(opened.schema)
    assert len(wanted.tables) == 9  # with those of two relations from many to many
    folder = tmp_path / "project"
    orm("schema.prisma", target, folder, OrmOptions(cache=test_cache()))
    (tmp_path / "has.sql").write_text("CREATE EXTENSION citext;\n" + opened.code.ddl)
    (folder / "node_modules").symlink_to(packages() / "node_modules")
    monkeypatch.chdir(folder)
    migrations, models = SOURCES[target]
    if migrations:
        again = open_source(migrations, workshop, database=f"{target} again")
        assert differences(wanted, steady(again.schema), privileges=False) == ()
    found = orm_diff(str(tmp_path / "has.sql"), models, OrmDiffOptions(cache=test_cache()))
    assert [says(one, found.mapper) for one in found.drifts] == []
    plan = migrate_diff(str(tmp_path / "has.sql"), models, DiffOptions(cache=test_cache())).plan
    assert [sql for step in plan.steps for sql in step.sql] == []
