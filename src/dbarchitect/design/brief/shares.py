"""What a brief says of states beside its access patterns: how many rows are in one (`5 % of the jobs are open`), and words
of its own for them (`a late job is one that is open`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.design.spec import Share, State, Term, Unread

from .access import Known
from .gathered import Gathered
from .phrases import singular

_PERCENT = r"(?:only |about |around |roughly |some |at any time )*(\d+(?:\.\d+)?) ?(?:%|per ?cent)"
_SHARE = re.compile(rf"^{_PERCENT} of (?:the |all |our )?([a-z][a-z -]*?) (?:are|is|have|has) (.+)$", re.IGNORECASE)
_MORE = re.compile(r"(?:, (?:and )?| and )(?=(?:about )?\d+(?:\.\d+)? ?(?:%|per ?cent))", re.IGNORECASE)
_NEXT = re.compile(rf"^{_PERCENT} (?:of them )?(?:are |is |have |has )?(.+)$", re.IGNORECASE)
_MEANING = re.compile(
    r"^(?:an? |the )?[\"“*]*([a-z-]+)[\"”*]* ([a-z][a-z -]*?) (?:is|are|means?) (?:one|those|ones|an? \2|\2)"
    r" ((?:that|which|who|whose|with|without) .+)$",
    re.IGNORECASE,
)


def of_states(text: str) -> bool:
    """Whether a sentence has the form of these."""
    said = text.strip().rstrip(".")
    return bool(_SHARE.match(said) or _MEANING.match(said))


def told(brief: Gathered, text: str, line: int) -> bool:
    """Whether a sentence is of these; it is kept until all entities are known."""
    said = text.strip().rstrip(".")
    if _SHARE.match(said):
        brief.shares.append((said, line))
        return True
    if (match := _MEANING.match(said)) and singular(match[2]) in brief.said.things:
        brief.meanings.append((said, line))
        return True
    return False


def terms(brief: Gathered, known: Known) -> Iterator[Term]:
    """The brief's own words for states; those that name none are listed."""
    for text, line in brief.meanings:
        match = _MEANING.match(text)
        name = singular(match[2]) if match else ""
        state = _one_state(known, name, match[3]) if match and name in known.entities else None
        if match is None or state is None:
            brief.said.unread.append(
                Unread(text=text, line=line, hint="a word for one state: an open job is one that is new")
            )
        else:
            yield Term(word=" ".join(match[1].lower().split()), entity=name, state=state, line=line)


def shares(brief: Gathered, known: Known) -> Iterator[Share]:
    """How many rows are in which state, as the brief says it."""
    for text, line in brief.shares:
        first, *others = _MORE.split(text)
        match = _SHARE.match(first)
        name = _entity(known, match[2]) if match else None
        said = [(match[1], match[3])] if match else []
        said += [(more[1], more[2]) for one in others if (more := _NEXT.match(one))]
        found = [(float(part), _one_state(known, name or "", words)) for part, words in said] if name else []
        if not found or any(state is None or part > 100 for part, state in found):
            hint = "such as: 5 % of the jobs are open, of a state that a field has"
            brief.said.unread.append(Unread(text=text, line=line, hint=hint))
            continue
        for part, state in found:
            if state is not None:
                yield Share(entity=name or "", state=state, part=part / 100, line=line)


def _entity(known: Known, text: str) -> str | None:
    name = singular(text)
    return name if name in known.entities else None


def _one_state(known: Known, name: str, words: str) -> State | None:
    """The one state that a predicate says: `open or waiting`, `whose state is open`, `not yet delivered`."""
    if name not in known.entities:
        return None
    words = re.sub(r"^(?:those|ones) ", "", words, flags=re.IGNORECASE)
    clause = re.match(r"(?:that|which|who|whose|with|without|no)\b", words, re.IGNORECASE)
    lead = "" if clause and clause[0].lower() != "no" else "that have " if clause else "that are "
    read = known.stated(f"{lead}{words}", name)
    return read.states[0] if len(read.states) == 1 and not read.rest and not read.doubts else None
