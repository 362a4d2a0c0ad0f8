"""Made-up briefs of any number of things, for the benchmarks of speed, as Markdown, SQL, DBML and Prisma.

A thing has seven fields (a unique code, states, money, a number with a bound, a date), belongs to an earlier thing or
two, and has an access pattern and a volume; every 50th forms a tree. The same `things` always gives the same text.

    python -m benchmarks.briefs --things 500 --form md
"""

from __future__ import annotations

import argparse

_SUBJECTS = (
    "account", "invoice", "shipment", "ticket", "campaign", "contract", "employee", "device", "payment", "vessel",
    "garden", "recipe", "lesson", "patient", "vehicle", "building", "tenant", "auction", "library", "festival",
    "orchard", "museum", "factory", "harbour", "clinic", "theatre", "bakery", "airport", "hotel", "stadium",
    "survey", "warehouse", "parcel", "route", "depot", "meter", "turbine", "antenna", "reactor", "pipeline",
    "studio", "gallery", "market", "vineyard", "brewery", "forest", "quarry", "bridge", "tunnel", "ferry",
)  # fmt: skip
_ASPECTS = ("plan", "note", "visit", "permit", "rule", "batch", "claim", "offer", "review", "journey")


def names(things: int) -> list[str]:
    """Two words each, all different."""
    most = len(_SUBJECTS) * len(_ASPECTS)
    assert things <= most, f"at most {most} things"
    return [f"{_SUBJECTS[at % 50]} {_ASPECTS[at // 50]}" for at in range(things)]


def _above(at: int) -> list[int]:
    """The things that this one belongs to: two earlier ones, so that ways up part and meet again."""
    return sorted({at // 2, at // 3} - {at})


def markdown(things: int) -> str:
    """The brief in sentences, with accesses and volumes."""
    called = names(things)
    lines = ["# The whole town", "", "What a town keeps.", "", "## Things", ""]
    for at, name in enumerate(called):
        one = f"An {name}" if name[0] in "aeiou" else f"A {name}"
        lines += [
            f"{one} has a code, a title, a status (new, open, closed), a total in EUR, a quantity, a due date and an "
            "optional remark.",
            f"The code of a {name} is unique. The quantity of a {name} is at least 1.",
        ]
        lines += [f"{one} belongs to one {called[above]}." for above in _above(at)]
        lines += [f"{one} may have a parent {name}."] if at % 50 == 0 else []
        lines.append("")
    lines += ["## Access patterns", ""]
    for at, name in enumerate(called):
        above = _above(at)
        lines.append(
            f"- list the {name}s of a {called[above[0]]}, newest first, 20 at a time (5 a second, 50 ms)"
            if above and at % 3
            else f"- find a {name} by code (20 a second)"
        )
    lines += ["", "## Volumes", "", "| entity | rows now | in two years |", "|---|---|---|"]
    lines += [f"| {name} | {10 + at % 90}k | {100 + at % 900}k |" for at, name in enumerate(called)]
    return "\n".join(lines) + "\n"


def sql(things: int) -> str:
    """The same tables as statements."""
    called = [one.replace(" ", "_") for one in names(things)]
    found: list[str] = []
    for at, name in enumerate(called):
        columns = [
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "code text NOT NULL UNIQUE", "title text NOT NULL",
            "status text NOT NULL CHECK (status IN ('new', 'open', 'closed'))", "total numeric(12, 2) NOT NULL",
            "quantity integer NOT NULL CHECK (quantity >= 1)", "due_date date NOT NULL", "remark text",
        ]  # fmt: skip
        columns += [f"{called[above]}_id bigint NOT NULL REFERENCES {called[above]}s (id)" for above in _above(at)]
        found.append(f"CREATE TABLE {name}s (\n    " + ",\n    ".join(columns) + "\n);")
    return "\n\n".join(found) + "\n"


def dbml(things: int) -> str:
    """The same tables in DBML."""
    called = [one.replace(" ", "_") for one in names(things)]
    found: list[str] = []
    for at, name in enumerate(called):
        columns = [
            "id bigint [pk, increment]", "code text [not null, unique]", "title text [not null]",
            "status text [not null]", "total numeric [not null]", "quantity integer [not null]",
            "due_date date [not null]", "remark text",
        ]  # fmt: skip
        columns += [f"{called[above]}_id bigint [not null, ref: > {called[above]}s.id]" for above in _above(at)]
        found.append(f"Table {name}s {{\n  " + "\n  ".join(columns) + "\n}")
    return "\n\n".join(found) + "\n"


def prisma(things: int) -> str:
    """The same tables as models of Prisma."""
    called = ["".join(word.capitalize() for word in one.split()) for one in names(things)]
    below: dict[int, list[int]] = {}
    for at in range(things):
        for above in _above(at):
            below.setdefault(above, []).append(at)
    found = ['datasource db {\n  provider = "postgresql"\n}']
    for at, name in enumerate(called):
        fields = [
            "id BigInt @id @default(autoincrement())", "code String @unique", "title String", "status String",
            "total Decimal", "quantity Int", "dueDate DateTime @db.Date", "remark String?",
        ]  # fmt: skip
        for above in _above(at):
            one = called[above]
            own = one[0].lower() + one[1:]
            fields += [f"{own}Id BigInt", f"{own} {one} @relation(fields: [{own}Id], references: [id])"]
        fields += [f"{called[one][0].lower()}{called[one][1:]}s {called[one]}[]" for one in below.get(at, ())]
        found.append(f"model {name} {{\n  " + "\n  ".join(fields) + "\n}")
    return "\n\n".join(found) + "\n"


FORMS = {"md": markdown, "sql": sql, "dbml": dbml, "prisma": prisma}


def main() -> None:
    """Print one."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.briefs", description=__doc__)
    made.add_argument("--things", type=int, default=500)
    made.add_argument("--form", choices=tuple(FORMS), default="md")
    options = made.parse_args()
    print(FORMS[options.form](options.things), end="")


if __name__ == "__main__":
    main()
