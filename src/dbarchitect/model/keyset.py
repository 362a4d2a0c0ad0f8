"""Pages of a query by the keys of its rows (keyset pagination) in place of OFFSET."""

from __future__ import annotations

from typing import Literal

from .names import Name
from .proof import ASSERTED, Proof
from .schema import Index
from .value import Value


class CursorColumn(Value, frozen=True, kw_only=True):
    """A key of the order: what a page's last row (for the next page) or first row (for the previous) hands on.

    name        the output column that holds its value; `hidden`: it was added to the output for that
    expression  the key over the query's relations, as SQL
    type        its SQL type, "" where it is not known
    tie_break   it was added to the order so that no two rows are equal in it
    table, column  where it is a table's own column
    """

    name: str
    expression: str
    type: str = ""
    descending: bool = False
    nulls_first: bool = False
    nullable: bool = False
    hidden: bool = False
    tie_break: bool = False
    table: Name | None = None
    column: str = ""


class PageParameter(Value, frozen=True, kw_only=True):
    """A parameter of a page's query; `given`: the author's own; `cursor`: the column of a row that gives it."""

    name: str
    type: str = ""
    role: Literal["given", "cursor", "page size", "skipped rows"]
    cursor: str = ""


class PageQuery(Value, frozen=True, kw_only=True):
    """One query: with `$n`, and with `:name`. `parameters` are in the order of their numbers."""

    sql: str
    named: str
    parameters: tuple[PageParameter, ...] = ()


class Idiom(Value, frozen=True, kw_only=True):
    """The same pages in the words of one ORM. `absent`: why there is no code; `checked`: how it was tried."""

    orm: str
    code: str = ""
    absent: str = ""
    note: str = ""
    checked: str = ""


class PagePlans(Value, frozen=True, kw_only=True):
    """What the planner makes of page `page` of `size` rows. Costs are its own units.

    offset_before, offset_after  by OFFSET, as things are and with the index; `keyset`: by the keys, with the index
    condition                    what the index is searched by; `used`: the index that the plan takes
    sorts                        whether the plan still sorts all rows
    offset_ms, keyset_ms         the fastest run on rows; `equal`: whether both gave the same rows
    """

    page: int
    size: int
    offset_before: float | None = None
    offset_after: float | None = None
    keyset_before: float | None = None
    keyset: float | None = None
    used: str = ""
    condition: str = ""
    filter: str = ""
    sorts: bool = False
    offset_ms: float | None = None
    keyset_ms: float | None = None
    rows: int | None = None
    equal: bool | None = None


class Keyset(Value, frozen=True, kw_only=True):
    """Pages of one query. Where it has none, `refused` says why, and all else is empty.

    engine  whose SQL the pages are; parameters are `$n` on PostgreSQL, `?n` on SQLite
    form    row: one row comparison; or: terms joined with OR; union: one branch for each prefix of the keys
    wrapped the query stands in FROM of the pages, because its keys do not exist where its WHERE is
    index   the index that serves the order, None where no one index does (`index_why`); `existing`: one that is there
    skipping  any page by OFFSET in the same order, to compare with; `total`: how many rows there are in all
    offset  the OFFSET of the query as it is written; `skipped` its rows where it is a constant
    """

    sql: str
    engine: Literal["postgresql", "sqlite"] = "postgresql"
    refused: str = ""
    hint: str = ""
    form: Literal["row", "or", "union"] = "row"
    wrapped: bool = False
    keys: tuple[CursorColumn, ...] = ()
    first: PageQuery | None = None
    next: PageQuery | None = None
    previous: PageQuery | None = None
    skipping: PageQuery | None = None
    total: PageQuery | None = None
    page_size: int | None = None
    offset: str = ""
    skipped: int | None = None
    index: Index | None = None
    index_sql: str = ""
    index_why: str = ""
    existing: str = ""
    idioms: tuple[Idiom, ...] = ()
    notes: tuple[str, ...] = ()
    plans: PagePlans | None = None
    proof: Proof = ASSERTED
