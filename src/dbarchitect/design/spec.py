"""What somebody is building, as values: the typed form of a brief, which any program or model may write instead.

Names are as people write them (`order line`, `unit price`); what becomes of them in SQL is the design's affair. Every
part knows the line of the brief that it stands on, 0 where it comes from elsewhere.
"""

from __future__ import annotations

from typing import Literal

from dbarchitect.model.value import Value

SCHEMA = "dbarchitect.spec/1"

Kind = Literal[
    "text",  # of any length
    "word",  # short text: a name, a title, a code
    "slug",
    "email",
    "phone",
    "url",
    "integer",
    "decimal",
    "money",
    "percentage",
    "boolean",
    "date",
    "time",
    "moment",  # a point in time
    "period",  # from a moment to a moment
    "duration",
    "choice",  # one of `values`
    "identifier",  # of another system, or a code that people read out
    "uuid",
    "json",
    "file",  # in an object store, by its key
    "ip",
    "location",
    "vector",
    "tags",
    "number",  # the reader could not tell integer from decimal
    "secret",  # kept as a hash
]


class Field(Value, frozen=True, kw_only=True):
    """Something that is known of an entity.

    required    every one has it
    unique      no two share it; `within` names the entity inside which that holds (`email is unique per tenant`)
    values      of a choice, in order; `transitions` are the allowed ones, as (from, to); `initial` is where it starts
    minimum, maximum  as written: "0", "18", "today"
    wide        an integer that may be beyond 2,147,483,647
    scale       digits behind the point; `currency` of money, "" where each row has its own
    dimensions  of a vector
    derived     how it follows from other fields, in words or SQL; it is then not stored by hand
    personal    it says something of a person
    """

    name: str
    kind: Kind = "word"
    required: bool = True
    unique: bool = False
    within: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    transitions: tuple[tuple[str, str], ...] = ()
    initial: str = ""
    default: str = ""
    minimum: str = ""
    maximum: str = ""
    length: int = 0
    wide: bool = False
    scale: int = 0
    currency: str = ""
    dimensions: int = 0
    derived: str = ""
    personal: bool = False
    comment: str = ""
    line: int = 0


class Entity(Value, frozen=True, kw_only=True):
    """A thing that is kept, one row each. `name` is its singular, as people write it.

    key         names of fields that tell one from another where people know them so, beside what fields say of
                themselves; several keys
    weak        it is known only within its parent, by these fields: (`order line`: by `number` within `order`)
    parent      the entity that a weak one belongs to
    kind_of     the more general entity that it is a kind of
    appended    rows are added and never changed; `by_time`: they are points of a time series
    soft_delete deleted rows are marked and kept; `history`: what a row was is kept; `audit`: who changed it is kept
    tree        rows have a parent of the same entity; `ordered`: they have a place among their siblings
    queue       rows are work that is taken once
    partitioned its table is in parts of so much time, whatever its size; "" where the design decides that
    """

    name: str
    plural: str = ""
    fields: tuple[Field, ...] = ()
    key: tuple[tuple[str, ...], ...] = ()
    parent: str = ""
    weak: tuple[str, ...] = ()
    kind_of: str = ""
    appended: bool = False
    by_time: bool = False
    soft_delete: bool = False
    history: bool = False
    audit: bool = False
    queue: bool = False
    partitioned: Literal["", "month", "week", "day"] = ""
    comment: str = ""
    line: int = 0


class End(Value, frozen=True, kw_only=True):
    """One end of a relation: how many of `entity` there are for one at the other end. `most` None: any number."""

    entity: str
    least: int = 0
    most: int | None = None
    role: str = ""  # what it is called from the other end: `author`, `billing address`


class Relation(Value, frozen=True, kw_only=True):
    """A relation between two entities, or of one to itself.

    `first` and `second` as in "a <first> has <least..most> <second>": a customer (one: least 1, most 1 for each order)
    has many orders (least 0, most None for each customer).

    name        of the relation, where people have one: `enrolment`; the junction of a many-to-many is called so
    fields      what is known of the pair
    on_delete   what happens to `second` when its `first` goes: "" where nobody said
    ordered     the seconds of a first are in an order that people choose
    through     the role or entity by which `second` refers to what has that same `first`: an invoice has the clinic
                of its `appointment`, so that a key of invoices can hold within a clinic
    hierarchy   of an entity to itself: how its tree is kept, "" where the design chooses; `depth`: its levels, 0 unsaid
    """

    first: End
    second: End
    name: str = ""
    fields: tuple[Field, ...] = ()
    on_delete: Literal["", "cascade", "restrict", "set null"] = ""
    ordered: bool = False
    through: str = ""
    hierarchy: Literal["", "adjacency", "closure", "ltree"] = ""
    depth: int = 0
    line: int = 0


class Rule(Value, frozen=True, kw_only=True):
    """A condition over an entity: `order` is `start < end` (fields low, high), `<=` where they may be `equal`;
    `exclusive` no two of the same `within` overlap in `fields`; `either` exactly one of `fields` is there; `check` an
    SQL condition as written."""

    entity: str
    kind: Literal["order", "exclusive", "either", "check", "dependency"]
    fields: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    equal: bool = False
    sql: str = ""
    comment: str = ""
    line: int = 0


class Order(Value, frozen=True, kw_only=True):
    """A field that results are ordered by."""

    field: str
    descending: bool = False


class State(Value, frozen=True, kw_only=True):
    """What a field is in all rows of a query, or in a part of all rows: a constant, and nothing that is given.

    how     `is` one of `values`, `is not` any of them, `missing` (NULL), `there`; a boolean is "true" or "false"
    """

    field: str
    how: Literal["is", "is not", "missing", "there"] = "is"
    values: tuple[str, ...] = ()


class Share(Value, frozen=True, kw_only=True):
    """What part of an entity's rows, from 0 to 1, is in a state: `5 % of the jobs are open`."""

    entity: str
    state: State
    part: float
    line: int = 0


class Term(Value, frozen=True, kw_only=True):
    """A word of the brief's own for a state of an entity: `a stuck job is one that is waiting`."""

    word: str
    entity: str
    state: State
    line: int = 0


class Access(Value, frozen=True, kw_only=True):
    """Something that the application asks or does, often.

    verb        `get` one row, `list` several, `search` by words, `nearest` by a vector or a place, `count`, `sum`,
                `add`, `change`, `remove`, `take` from a queue
    entity      what comes back; `fields` of it that are wanted, () for all
    by          fields, roles or entities that are given: ("customer",), ("email",), ("status", "created at"); a
                field of what references lead to: ("city of venue",)
    states      what fields are in every such query (`open jobs`, `not yet delivered`)
    since       a field with a lower bound (`of the last 30 days`: field and "30 days"; "today", "this week", "now")
    until       a field with an upper bound (`older than 30 days`: field and "30 days"; "this week": to its end, "now",
                "in 7 days")
    with_       entities that come along: each order with its lines
    order, limit, per_second, latency_ms: as asked; None where nobody said
    grouped     fields that results are grouped by
    sql         the query, where the brief gives one; the other fields are then empty
    """

    text: str
    verb: Literal["get", "list", "search", "nearest", "count", "sum", "add", "change", "remove", "take"] = "list"
    entity: str = ""
    fields: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    since: tuple[str, str] | None = None
    until: tuple[str, str] | None = None
    with_: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    grouped: tuple[str, ...] = ()
    per_second: float | None = None
    latency_ms: float | None = None
    sql: str = ""
    line: int = 0


class Volume(Value, frozen=True, kw_only=True):
    """How much there is of an entity: rows at the start and after two years, and what comes in."""

    entity: str
    rows: float | None = None
    rows_later: float | None = None
    a_day: float | None = None
    reads_a_second: float | None = None
    writes_a_second: float | None = None
    line: int = 0


class Surroundings(Value, frozen=True, kw_only=True):
    """Where and by whom it is run; "" and None where nobody said.

    needs  what the application asks of a database beyond rows: "full text", "vectors", "time series", "documents",
           "cache", "queue", "geo", "graph", "offline", "sync", "transactions", "joins", "branches", "auth", "realtime",
           "file storage", "raw sql"
    """

    runtime: Literal["", "python", "node"] = ""
    runs: Literal["", "server", "serverless", "edge", "device"] = ""
    consistency: Literal["", "strong", "eventual"] = ""
    latency_ms: float | None = None
    budget_a_month: float | None = None
    currency: str = ""
    regions: tuple[str, ...] = ()
    compliance: tuple[str, ...] = ()
    team: int | None = None
    skills: tuple[str, ...] = ()
    tenancy: Literal["", "none", "shared", "schema", "database"] = ""
    tenant: str = ""  # the entity that is one
    # what a law or a contract asks to be each tenant's own: rights, or a database with its keys, backups and place
    isolation: Literal["", "schema", "database"] = ""
    ids: Literal["", "public", "internal"] = ""  # whether keys are seen outside: in addresses, by clients
    needs: tuple[str, ...] = ()
    platform: str = ""  # where they must be, or are already: "supabase", "aws"
    licence: str = ""  # "open source" where nothing else will do
    disk_gb: float | None = None


class Unread(Value, frozen=True, kw_only=True):
    """Something of the brief that was not understood: nothing is dropped in silence. `hint`: what would be.
    `overlooked`: a piece of a sentence of which the rest was read, and of which nothing is kept."""

    text: str
    line: int
    hint: str = ""
    overlooked: bool = False

    @property
    def said(self) -> str:
        """What it is: not understood, or overlooked."""
        return "nothing is kept of" if self.overlooked else "not understood"


class Noted(Value, frozen=True, kw_only=True):
    """Something of the brief that surely says nothing about data: a goal, a wish for the interface, a service asked of
    whoever builds it, a question to a person. It is neither understood nor unread."""

    text: str
    why: Literal["goal", "interface", "service", "question"]
    line: int


class Assumed(Value, frozen=True, kw_only=True):
    """What was decided because nobody said it, and what would be written to say it."""

    what: str
    because: str
    say: str = ""
    line: int = 0


class Spec(Value, frozen=True, kw_only=True):
    """What somebody is building. `answered`: questions were asked and answered; `settled`: those whose answer leaves
    everything as it is (`unique customer email`)."""

    title: str = ""
    about: str = ""
    surroundings: Surroundings = Surroundings()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    rules: tuple[Rule, ...] = ()
    access: tuple[Access, ...] = ()
    volumes: tuple[Volume, ...] = ()
    shares: tuple[Share, ...] = ()
    terms: tuple[Term, ...] = ()
    unread: tuple[Unread, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    noted: tuple[Noted, ...] = ()
    answered: bool = False
    settled: tuple[str, ...] = ()

    def entity(self, name: str) -> Entity | None:
        """The entity of that name."""
        return next((one for one in self.entities if one.name == name), None)
