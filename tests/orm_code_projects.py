"""Projects whose models are read as a source: one schema in the words of each mapper, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path

from migration_tools import packages

SQLALCHEMY = '''"""The models of a shop."""

import enum
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

print("a module that prints")


class Base(DeclarativeBase):
    pass


class Status(enum.StrEnum):
    NEW = "new"
    SENT = "sent"


class Stamped:
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Person(Stamped, Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    nick: Mapped[str | None] = mapped_column("nick_name", index=True)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("note NOT LIKE '50%'", name="orders_note_check"),
        Index("orders_status_idx", "status", postgresql_where=text("status = 'new'")),
        UniqueConstraint(
            "person_id",
            "note",
        ),
        {"schema": "sales"},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    status: Mapped[Status] = mapped_column(
        Enum(Status, name="order_status", values_callable=lambda e: [one.value for one in e])
    )
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    note: Mapped[str]
    person: Mapped[Person] = relationship()


lines = Table(
    "lines",
    Base.metadata,
    Column("order_id", ForeignKey("sales.orders.id"), primary_key=True),
    Column("line", String, primary_key=True),
)
event.listen(lines, "after_create", DDL("COMMENT ON TABLE lines IS '100%% sure; yes'"))
'''

SQLMODEL = '''"""The models of a shop."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Optional

import sqlalchemy as sa
from sqlmodel import Field, Relationship, SQLModel


class Status(enum.StrEnum):
    NEW = "new"
    SENT = "sent"


class Stamped(SQLModel):
    created_at: datetime = Field(sa_column_kwargs={"server_default": sa.func.now()})


class PersonBase(Stamped):
    email: str = Field(max_length=200, unique=True)
    nick: str | None = Field(default=None, index=True, sa_column_kwargs={"name": "nick_name"})


class Person(PersonBase, table=True):
    __tablename__ = "people"

    id: int | None = Field(default=None, primary_key=True)
    orders: list["Order"] = Relationship(back_populates="person")


class PersonPublic(PersonBase):
    id: int


class Order(SQLModel, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        sa.CheckConstraint("note NOT LIKE '50%'", name="orders_note_check"),
        sa.Index("orders_status_idx", "status"),
        {"schema": "sales"},
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE")
    status: Status = Field(sa_column=sa.Column(sa.Enum(Status, name="order_status"), nullable=False))
    total: Decimal = Field(max_digits=12, decimal_places=2)
    note: str
    person: Optional["Person"] = Relationship(back_populates="orders")
'''

TORTOISE = '''"""The models of a shop."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Stamped(Model):
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Person(Stamped):
    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(200, unique=True)
    nick = fields.CharField(20, null=True, source_field="nick_name", db_index=True)
    tags: fields.ManyToManyRelation["Tag"] = fields.ManyToManyField("models.Tag", through="person_tag")

    class Meta:
        table = "people"


class Tag(Model):
    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()

    class Meta:
        table = "tags"
        schema = "other"
        indexes = [Index(fields=["name"], name="tags_by_name")]


class Order(Model):
    id = fields.IntField(primary_key=True)
    person = fields.ForeignKeyField("models.Person", related_name="orders")
    total = fields.DecimalField(12, 2)

    class Meta:
        table = "orders"
        unique_together = (("person", "total"),)
'''
TORTOISE_SETTINGS = """TORTOISE_ORM = {
    "connections": {"main": "sqlite://:memory:"},
    "apps": {"models": {"models": ["shop.models"], "default_connection": "main"}},
}
"""

PRISMA = """// a comment { that opens
datasource db {
  provider = "postgresql"
}

enum Status {
  NEW  @map("new")
  SENT @map("sent")

  @@map("order_status")
}

model Person {
  id    BigInt  @id @default(autoincrement())
  email String  @unique @db.VarChar(200) // "who"
  nick  String? @map("nick_name")
  orders Order[]

  @@index([nick])
  @@map("people")
}

model Order {
  id       Int    @id
  personId BigInt @map("person_id")
  status   Status
  note     String @default("}//")
  person   Person @relation(fields: [personId], references: [id], onDelete: Cascade)

  @@unique([personId, note], map: "one_note")
  @@index([personId])
  @@map("orders")
}
"""
PRISMA_SQL = """
CREATE TYPE order_status AS ENUM ('new', 'sent');
CREATE TABLE people (id bigserial PRIMARY KEY, email varchar(200) NOT NULL, nick_name text);
CREATE UNIQUE INDEX people_email_key ON people (email);
CREATE INDEX people_nick_name_idx ON people (nick_name);
CREATE TABLE orders (id int PRIMARY KEY, person_id bigint NOT NULL, status order_status NOT NULL,
    note text NOT NULL DEFAULT '}//',
    CONSTRAINT orders_person_id_fkey FOREIGN KEY (person_id) REFERENCES people ON UPDATE CASCADE ON DELETE CASCADE);
CREATE UNIQUE INDEX one_note ON orders (person_id, note);
CREATE INDEX orders_person_id_idx ON orders (person_id);
"""

DRIZZLE = """import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, pgEnum, pgSchema, pgTable, text } from "drizzle-orm/pg-core";
import { timestamp } from "drizzle-orm/pg-core";

export const status = pgEnum("order_status", ["new", "sent"]);
const sales = pgSchema("sales");
export { sales };

/* export const ghosts = pgTable("ghosts", { id: integer() }); */
export const people = pgTable(
  "people",
  {
    id: bigint({ mode: "bigint" }).primaryKey(),
    // who, "{" or not
    email: text("email_address").unique(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [index("people_recent").on(t.createdAt.desc()), check("people_email_check", sql`${t.email} <> '('`)],
);

export const orders = sales.table(
  "orders",
  {
    id: integer("id").primaryKey(),
    personId: bigint("person_id", { mode: "bigint" }),
    status: status().notNull(),
  },
  (table) => [
    foreignKey({ name: "orders_person_fkey", columns: [table.personId], foreignColumns: [people.id] }),
    index().on(table.personId),
  ],
);
"""


def package(home: Path, **files: str) -> Path:
    """A package `shop` of Python with these modules."""
    (home / "shop").mkdir()
    (home / "shop" / "__init__.py").touch()
    for name, text in files.items():
        (home / "shop" / f"{name}.py").write_text(text)
    return home


def node_project(home: Path, **files: str) -> Path:
    """A folder with the packages of npm and these files; a double underscore in a name is a dot."""
    (home / "node_modules").symlink_to(packages() / "node_modules")
    (home / "package.json").write_text("{}")
    for name, text in files.items():
        (home / name.replace("__", ".")).write_text(text)
    return home


def line_of(text: str, beginning: str) -> int:
    """The number of the first line that begins so, blanks apart."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(beginning))
