"""What is no brief, contradicts itself or is beyond any server: a clear message, or a decision that says so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.errors import InputError
from dbarchitect.sql.script import split_script
from test_design import NOW

HEAD = "# T\n\n## Data\n\n"


def drafted(text: str) -> Draft:
    return designed(read_brief((HEAD + text).encode(), "brief.md").spec, now=NOW)[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n \n\t\n", "is empty"),
        (bytes(range(128, 256)) * 20, "is no text in UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00" + b"\x80" * 200, "is no text in UTF-8"),
        (b"# T\n\n## Data\n\nA customer has many orders. A customer has exactly one order.\n",
         "line 5 says that a customer has one order, and line 5 that a customer has many orders"),
        (HEAD.encode() + "### \N{GRINNING FACE}\n\n| field | type |\n|---|---|\n| name | text |\n".encode(),
         "line 5: what stands there is no name"),
    ],
)  # fmt: skip
def test_what_is_no_brief_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as refused:
        run(["design", str(path), "-o", str(tmp_path / "out")])
    assert refused.value.hint
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_text("A customer has a name.")
    with pytest.raises(InputError, match="is a file"):
        run(["design", str(path), "-o", str(path)])


def test_a_circle_of_mandatory_references_is_deferred() -> None:
    draft = drafted(
        "A hen has a name. A nest has a name. A yard has a name. Each hen must have one nest. Each nest must have one "
        "yard. Each yard must have one hen."
    )
    deferred = [key for table in draft.tables.values() for key in table.foreigns if key.deferred]
    assert deferred
    assert any("deferred" in one.what.lower() or "deferred" in one.unless for one in draft.decisions)


def test_five_hundred_entities_are_five_hundred_tables() -> None:
    kinds = [f"{first}a{second}o{third}e" for first in "bdfgkl" for second in "bdfgklmnp" for third in "bdfgklmnpr"][
        :500
    ]
    parts = [f"A {one} has a name. A {one} has many {other}s." for one, other in pairwise(kinds)]
    draft = drafted("\n".join(parts))
    assert len(draft.tables) == 500
    assert sum(len(one.foreigns) for one in draft.tables.values()) == 499


def test_hostile_names_become_plain_ones_and_stay_apart() -> None:
    names = ["select", "\N{GRINNING FACE} mood", "../../etc/passwd", "a\\b", "it's \"so\"; DROP TABLE x", "x" * 100,
             "x" * 99 + "y", "user"]  # fmt: skip
    rows = "\n".join(f"| {one} | text |" for one in names)
    draft = drafted(
        f"### Quote\"d 'name'; --\n\n| field | type |\n|---|---|\n{rows}\n\n### Order\n\nAn order has a name."
    )
    for table in draft.tables.values():
        columns = [one.name for one in table.columns]
        assert len(columns) == len(set(columns))
        for name in (table.name, *columns):
            assert name.isidentifier() and len(name.encode()) <= 63
    found = next(one for one in draft.tables.values() if one.column("etc_passwd"))
    assert {one.source for one in found.columns} >= {"mood", "etc passwd", "a b"}
    assert split_script(script(draft, "T"), "schema.sql")


def test_more_rows_than_a_table_holds_are_decided() -> None:
    readings = "A reading has a value (decimal).\n\n## Volumes\n\n"
    for rows, said in (("1000000000000", "larger than one table can be"), ("9" * 32, "planned as if")):
        decisions = drafted(f"{readings}{rows} readings\n").decisions
        [one] = [one for one in decisions if one.topic == "volume" and one.what.startswith(said)]
        assert "32 TB" in one.why
        assert one.instead and one.unless
    assert not [one for one in drafted(f"{readings}1000000 readings\n").decisions if "32 TB" in one.why]
