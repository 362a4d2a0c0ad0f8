"""Nothing of a brief is lost in silence: its words beside those of the spec that was read from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brief_expectations import scored, told
from brief_mutations import mutants, silent
from dbarchitect.api.design import read_spec
from dbarchitect.design.brief import read_brief
from dbarchitect.design.brief.ledger import Ledger, akin, stem
from dbarchitect.design.spec import Entity, Field, Spec

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases" / "briefs"
EXAMPLES = sorted((ROOT / "examples").glob("*/brief.md"))
# Briefs of which nearly all is read, in nine styles.
WELL_READ = [
    *(CASES / "unseen" / f"{one}.md" for one in ("email_thread", "non_native", "glossary")),
    *(CASES / "unseen" / f"{one}.md" for one in ("lawyerly", "terse", "table_heavy")),
    *sorted((CASES / "fresh").glob("*.md")),
    *sorted((CASES / "voices").glob("*.md")),
    *(ROOT / "examples" / one / "brief.md" for one in ("shop", "chat", "fleet", "support_bot")),
]  # fmt: skip
# Every brief whose facts somebody wrote down, with how many of them may be missing without being listed.
COUNTED = {"unseen": 3, "fresh": 0, "company": 5, "company_held": 8, "held_out": 4, "voices": 2, "voices_held": 5}
THINGS = "A plot has a number and a size. A resident has a name. A tenancy has a start. A tenancy belongs to one plot. "


def overlooked(text: str) -> list[str]:
    return [one.text for one in read_brief(text.encode(), "b.md").spec.unread if one.overlooked]


MUTATED = [
    one
    for one in WELL_READ
    if one.stem in ("glossary", "lawyerly", "terse", "council", "game", "clauses", "rfp", "lists")
]


@pytest.mark.parametrize("path", MUTATED, ids=[one.stem for one in MUTATED])
def test_invented_clauses_are_listed_wherever_they_stand(path: Path) -> None:
    """But for greetings, reasons, and introductions that name nothing, of which a brief has few."""
    every = list(mutants(path.read_text("utf-8"), len(path.stem)))
    lost = [one for one in every if silent(one)]
    assert len(every) > 10
    assert len({one.line for one in lost}) <= 2, [(one.line, one.put) for one in lost]


@pytest.mark.parametrize("path", WELL_READ, ids=[f"{one.parent.name}-{one.stem}" for one in WELL_READ])
def test_what_is_kept_is_seldom_listed(path: Path) -> None:
    """An entry for ten sentences at most, right ones among them."""
    text = path.read_text("utf-8")
    assert len(overlooked(text)) <= max(2, told(text) / 5)


def test_over_all_well_read_briefs_there_is_an_entry_for_fifteen_sentences() -> None:
    texts = [path.read_text("utf-8") for path in WELL_READ]
    assert sum(len(overlooked(text)) for text in texts) < sum(map(told, texts)) / 15


@pytest.mark.parametrize(("folder", "most"), COUNTED.items())
def test_what_is_missing_is_listed(folder: str, most: int) -> None:
    scores = [scored(path) for path in sorted((CASES / folder).glob("*.md")) if path.with_suffix(".toml").exists()]
    missing = [one for each in scores for one in each.silent]
    assert len(missing) <= most, missing


def test_examples_list_what_they_lose_and_nothing_else() -> None:
    found = {path.parent.name: [one.text for one in read_spec(path).unread if one.overlooked] for path in EXAMPLES}
    assert found["shop"] == []
    for entries in found.values():
        assert len(entries) <= 4, found


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("A plot has a number, and every plot is blessed by a wizard of rank 7.", "blessed by a wizard of rank 7"),
        ("A plot has a size (weighed in stones).", "stones"),
        ("A tenancy has an end date and a start.", ""),
        ("A plot cannot have two tenancies at the same time.", "A plot cannot have two tenancies at the same time"),
        ("Residents only see their own tenancies.", "Residents only see their own tenancies"),
        ("There are 12 plots in the 3 oldest gardens of the king.", "king"),
    ],
)
def test_the_lost_piece_is_listed_and_not_its_sentence(said: str, lost: str) -> None:
    spec = read_brief(f"{THINGS}\n\n{said}\n".encode(), "b.md").spec
    entries = [one for one in spec.unread if lost and lost in one.text]
    assert bool(entries) == bool(lost), spec.unread
    assert all(one.line == 3 for one in entries)
    assert lost or not spec.unread


@pytest.mark.parametrize(
    "said",
    [
        "The name of a resident and the start of a tenancy are known.",
        "An animal lives in one home. An animal can't be in two homes at once.",
        "Bookings never overlap per room. A booking has a room, a start and an end.",
        "A plot has a price in EUR; a plot's price is at least 1.",
        "## Where it runs\n\n- Runtime: Python on a server\n- Budget: 0 EUR a month",
        "## Where it runs\n\n- Budget: free",
        "## Where it runs\n\n- Budget: 5 EUR a month",
        "A resident rents many plots. The resident who rents a plot is asked for a deposit, so that he pays.",
    ],
)
def test_what_is_kept_in_other_words_is_not_listed_or_says_why(said: str) -> None:
    entries = overlooked(f"{THINGS}\n\n{said}\n")
    assert all(one in ("asked for a deposit", "at once") for one in entries), entries


def test_an_introduction_is_accounted_for_where_it_states_something() -> None:
    text = "# Vans\n\n## What it is\n\n{}\n\n## Data\n\nA van has a plate. A depot has a name.\n"
    assert overlooked(text.format("Something lovely for everybody in town.")) == []
    assert overlooked(text.format("Each van is insured at a broker.")) == ["insured at a broker"]
    assert overlooked(text.format("We sell 40 sandwiches.")) == ["sell 40 sandwiches"]
    assert overlooked(text.format("- Drivers: licence, name, birthday")) == ["Drivers; licence, name, birthday"]


def test_what_is_out_of_scope_is_not_accounted_for() -> None:
    assert overlooked("A van has a plate.\n\n## Out of scope\n\n- Each van has a wizard of rank 7\n") == []


def test_a_query_has_to_keep_what_it_asks_by() -> None:
    base = "A document has a title and a language. A chunk has an embedding (vector 3). A document has many chunks.\n\n"
    assert overlooked(f"{base}## Queries\n\n- list documents of a language\n") == []
    assert "wizards" in overlooked(f"{base}## Queries\n\n- list documents of a language for wizards\n")[0]


def test_stems_know_the_forms_of_a_word() -> None:
    assert len({stem(one) for one in ("book", "books", "booked", "booking", "bookings")}) == 1
    assert stem("paid") == stem("pay") and akin(stem("pay"), stem("payments"))
    assert akin(stem("delivered"), stem("delivery"))
    assert not akin(stem("contact"), stem("contract")) and not akin(stem("end"), stem("endorsement"))


def test_a_ledger_keeps_words_numbers_and_what_is_forbidden_by_entity() -> None:
    spec = Spec(
        entities=(
            Entity(name="room", fields=(Field(name="seats", kind="integer", maximum="40"),)),
            Entity(name="desk", fields=(Field(name="code", unique=True),)),
        )
    )
    book = Ledger(spec)
    room, desk = book.of(["room"], []), book.of(["desk"], [])
    assert room.tell(stem("seat")) and room.count(40) and "bounded" in room.marks
    assert not desk.tell(stem("seat")) and not desk.count(40) and desk.marks == {"unique"}
