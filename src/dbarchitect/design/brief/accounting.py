"""Whether anything of a brief is lost: its words beside those of the spec that was read from it.

`unkept` looks at every sentence, item, row and line of the front matter. A word of it is accounted for where it has no content
of its own (a closed list), where something that is kept tells of it (`ledger`), where it is listed or noted already, or where
it is the verb between two things that the spec relates. What is left is listed in the words of the brief: the piece of the
sentence that nothing kept speaks of, and not the sentence again. What is forbidden is asked for a second time: all words of
`a plot cannot have two tenancies` may be known, and nothing kept that forbids it.

It knows the spec and the text, and nothing of the rules that read the one from the other: whatever those do, this holds.
Three things are left out on purpose: reasons (`so that ...`), whoever tells a story (`as a coordinator, I want`), and
introductions that name no entity, no number and no constraint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from dbarchitect.design.spec import Spec, Surroundings, Unread
from dbarchitect.model import english

from .ledger import OF_RULES, Ledger, Words, stem, stems
from .markdown import FILES, Part
from .offices import OUTSIDE
from .phrases import sentences
from .quantities import number
from .surroundings import worded
from .wording import is_aside

_HINT = "in a sentence of its own, such as: an order has a weight"

# Words without content of their own: what joins others, and how a brief speaks of itself, of keeping, and of how sure it is.
_PLAIN = frozenset(
    """
    a an the this that these those such same any all each every both some either neither own
    i you he she it we they me him her us them my your his its our their mine ours theirs itself themselves himself herself
    who whom whose which what where when why how there here
    of in on at to for from with by as into onto over through across between among within inside outside per via about
    during against upon under above below near than like toward towards around behind along off out up down back away
    and or but nor so yet if then else because while whereas whether though although unless until since after before once
    is are was were be been being am isn aren wasn weren do does did doing don doesn didn has have had having hasn haven hadn
    can could may might must shall should will would cannot couldn won need needs needed ought able let lets s t ll ve re d m

    system platform application app software solution tool portal database data information info detail details record records
    keep keeps kept store stores stored save saved logged track tracks tracked hold holds know knows known note notes noted register
    maintain maintained manage manages managed management support supports handle list lists listed see want wants like
    please thanks thank yes no ok okay well right exactly course correct indeed sure hi hello hey cheers remember cover covers
    also too just only simply basically really very quite rather even still always usually normally typically generally often
    necessarily sometimes maybe perhaps possibly probably currently now already again later together however therefore hence
    dashboard dashboards screen screens typical query queries
    thing things way ways kind kinds sort sorts type types one ones another other others something anything everything nothing
    somebody someone anybody anyone everybody everyone nobody people user users id ids
    field fields value values column columns attribute attributes
    many much more most several few lot lots multiple various different certain given particular specific least
    single individual separate whole full exact first last next new old small large big tiny short long simple basic main common
    important possible necessary appropriate relevant applicable respective current usual normal good nice never not
    use uses used using make makes made get gets got give gives take takes taken put go goes come comes say says said tell
    tells mean means call calls called named show shows shown find include includes including contain contains consist
    consists belong belongs relate relates related refer refers reference concern concerns regarding respect depend depends
    e g i etc eg ie v example instance follow follows following consider considered exist exists
    """.split()  # noqa: SIM905
)
_PLAIN_STEMS = frozenset(map(stem, _PLAIN))
_UNITS = frozenset("ms s k m bn st nd rd th h d".split())  # noqa: SIM905
# Turns of phrase without content of their own, of which a word alone may have some.
_PHRASES = re.compile(
    r"\b(?:tak(?:es?|ing) place|carried out|(?:written|noted) down|looks? (?:up|for|at)|as (?:the|a) result(?: of)?|made up|in the end"
    r"|over (?:its|their) li(?:fe|ves)|over time|(?:each|every|any) time|here is what|one more thing|i forgot|to ?do|any ?more|at all"
    r"|t(?:akes?|ook) part|so far|at peak|(?:the|a|any|in) numbers? of|parts? of|in (?:this|that|any|which) case|in case|set of)\b"
    r"|\b(?:at (?:a time|one time|the same time|any (?:given )?(?:time|moment))|online|if they want|when needed"
    r"|until (?:it|they|he|she) [a-z]+|(?:were |was )?present|attended|came|(?:turned|showed) up)(?= ?(?:[),.;]|$))"
    r"|^\s*(?:acceptance(?: criteria)?|questions|goals?|context|rules?|notes?|comments?|table|numbers|volumes?|stack|other|misc|status|owner)(?=:)"
    r"|\bw/(?= )|\b[01nm*]\s*:\s*[01nm*](?!\w)|\b[ap]\.\s?m\.",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"\b(?:numeric|decimal)\s*\(\s*\d+\s*,|\b(?:varchar|char|string|str|text|reference|id)\b", re.IGNORECASE
)  # in a row of a table of fields
_GREETING = re.compile(r"^\s*(?:hi|hello|hey|dear)(?: \w+){0,3}[,!]\s*", re.IGNORECASE)
_NUMBERING = re.compile(
    r"^\s*(?:\(?[A-Z]{1,6}[-. ]?\d+(?:\.\d+)*[.):]?|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+|\([a-z]{1,3}\)|§ ?\d+)(?:\s+(?=\S)|\s*$)"
)
_STORY = re.compile(
    r"^\s*as (?:an? |the )?[\w -]+?,? i (?:want|need|would like|wish|can|must|have|am able|should)\b", re.IGNORECASE
)
_PURPOSE = re.compile(r",? (?:so that|in order to|so as to) .+$", re.IGNORECASE | re.DOTALL)
_EMPHASIS = re.compile(r"[*`]|__")

# What an introduction says that makes it a fact: a number or a constraint; that a thing is, has or does something.
_STRICT = re.compile(
    r"\d|\b(?:unique|never|must not|may not|cannot|can't|at most|at least|exactly|no two|only|nobody|no more than|more than"
    r"|unless|except)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:is|are|was|were|has|have|contains?|consists?|includes?|belongs?|must|shall|may|each|every|keeps?|stores?|records?)\b",
    re.IGNORECASE,
)
_NOT = (
    r"\b(?:can ?not|can['’]t|mustn['’]t|must not|may not|shall not|should not|never|nobody|no one|no two|not allowed"
    r"|not permitted)\b"
)
# What is forbidden, the most telling wording first, and of what sort something would have to be that forbids it.
_FORBIDS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(marks.split()))
    for pattern, marks in (
        (rf"{_NOT}.*\b(?:at (?:the same|any one|one|a) time|at once|simultaneously|in parallel|overlap\w*|double[- ]booked)\b", "exclusive"),
        (rf"{_NOT}.*\b(?:twice|two|more than (?:one|once)|again)\b.*", "together exclusive"),
        (rf"{_NOT}.*\b(?:the same|no two)\b.*", "unique together exclusive"),
        (r"\bonly (?:\w+ ){0,3}?(?:sees?|views?|reads?|access(?:es)?|edits?|changes?|approves?|deletes?)\b", "isolated flow"),
        (_NOT, "unique together exclusive bounded flow lasting isolated"),
    )
)  # fmt: skip

# What is computed of rows: a query without it gives the rows.
_MEASURE = re.compile(
    r"revenue|turnover|income|sales|profit|total|totals|sum|average|mean|median|count|counts|numbers?|share|percentage|ratio|maximum|minimum"
    r"|statistics|utili[sz]ation|occupancy",
    re.IGNORECASE,
)
# In front of what rows are asked by: a query without it gives others.
_GIVEN = re.compile(
    r"\b(?:by|of|in|at|with|whose|to|from) (?:(?:an?|the|one|given|each|their|its|his|her) )*$", re.IGNORECASE
)
_REFUSES = re.compile(_NOT, re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|this|these|she|he|her|his)\b", re.IGNORECASE)
_SOMEBODY = frozenset("it they he she we you".split())  # noqa: SIM905
_BEFORE_VERBS = _SOMEBODY | frozenset(
    """
    i who which that what to can could may might must shall should will would is are was were be been being has have and or
    """.split()  # noqa: SIM905
)
_ADVERB = re.compile(r"also|only|never|always|not|then|just|[a-z]{3,}ly")
_HEADS = frozenset("number numbers name names type kind id".split())  # noqa: SIM905 - of a noun that begins with what is lost
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")
_CLAUSE_END = re.compile(r"[.;:!?()—–\[\]|]")


def accounted(spec: Spec, parts: Sequence[Part]) -> Spec:
    """The spec with what it keeps nothing of listed as unread, and without the queries that were misread."""
    unread, misread = _missed(parts, spec)
    access = tuple(one for one in spec.access if (one.text, one.line) not in misread)
    unread = sorted((*spec.unread, *unread), key=lambda one: one.line)
    return msgspec.structs.replace(spec, access=access, unread=tuple(unread))


def unkept(parts: Sequence[Part], spec: Spec) -> list[Unread]:
    """What nothing of the spec, and nothing that is listed or noted, speaks of; one entry for each sentence at most."""
    return _missed(parts, spec)[0]


def _missed(parts: Sequence[Part], spec: Spec) -> tuple[list[Unread], set[tuple[str, int]]]:
    """What is kept nowhere; and the text and line of queries of which what is missing makes another query."""
    book = Ledger(spec)
    told = [(one.text, one.line) for one in (*spec.unread, *spec.noted)]
    found: list[Unread] = []
    misread: set[tuple[str, int]] = set()
    for one in _sayings(parts, book, spec.about):
        listed = [text for text, line in told if line in one.lines or line == one.line]
        account = _Account(one, book, spec.surroundings, listed)
        pieces = account.open()
        if not pieces:
            continue
        entry = Unread(text="; ".join(pieces), line=one.line, hint=_HINT, overlooked=True)
        if account.misread:
            misread |= {(asked.text, asked.line) for asked in account.asked}
            entry = Unread(
                text=" ".join(one.text.split()),
                line=one.line,
                hint=f"{account.misread} is not in the query that was read",
            )
        if entry not in found:
            found.append(entry)
    return found, misread


# ---- what there is to account for


@dataclass(frozen=True)
class _Saying:
    """A sentence, a row or a line of the front matter. `lines`: of the part that it stands in. `above`, `before`: entities that
    headings and the last sentence named. `introduces`: it was set aside as what the brief is all about."""

    text: str
    line: int
    lines: range
    above: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    introduces: bool = False


def _sayings(parts: Sequence[Part], book: Ledger, about: str) -> Iterator[_Saying]:
    introduction = _plain_text(about)
    before: tuple[str, ...] = ()
    done = (0, "")  # a part that was taken apart into several is looked at once, as it was written
    for at, part in enumerate(parts):
        end = next((one.line for one in parts[at + 1 :] if one.line > part.line), part.line + part.text.count("\n") + 1)
        lines = range(part.line, end)
        above = tuple(name for heading in part.path for name in _entities(heading, book))
        written = part.written or part.text
        match part.kind:
            case "paragraph" | "item" if OUTSIDE in part.path or is_aside(written) or done == (part.line, written):
                pass
            case "paragraph" if written.rstrip().endswith(":") and not _entities(written, book):
                pass  # what stands above a list only names it
            case "paragraph" | "item":
                done = part.line, written
                headed = part.kind == "item" or written.startswith(("**", "__"))
                lists = headed and (":" in written or written.count(",") > 1)
                for text, more in sentences(written):
                    if not is_aside(text):
                        introduces = not lists and _plain_text(text) in introduction
                        yield _Saying(text, part.line + more, lines, above, before, introduces)
                        before = tuple(_entities(text, book)) or before
            case "row":
                yield _Saying(_KINDS.sub(" ", part.text), part.line, lines, above, before)
            case "meta" if part.cells[0].lower() not in FILES:
                yield _Saying(part.cells[1], part.line, lines)
            case "heading":
                before = tuple(_entities(part.text, book)) or before
            case _:
                pass


def _plain_text(text: str) -> str:
    return " ".join(english.split(text))


# ---- the words of a sentence


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    entity: str = ""  # that it names, or is a part of the name of
    kept: bool = False  # something kept tells of it
    plain: bool = False  # it has no content of its own

    @property
    def number(self) -> float | None:
        return number(self.text) if self.text[0].isdigit() else None

    @property
    def open(self) -> bool:
        return not (self.kept or self.plain or self.entity)


def _tokens(text: str, book: Ledger) -> list[_Token]:
    """The words and numbers of a text, those that name entities marked."""
    raw = [_Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]
    singulars = [english.singular(one.text.lower()) for one in raw]
    found: list[_Token] = []
    while (at := len(found)) < len(raw):
        sizes = range(min(book.longest, len(raw) - at), 0, -1)
        size = next((one for one in sizes if tuple(singulars[at : at + one]) in book.names), 1)
        name = book.names.get(tuple(singulars[at : at + size]), "")
        found += [replace(one, entity=name) for one in raw[at : at + size]]
    return found


def _entities(text: str, book: Ledger) -> list[str]:
    return list(dict.fromkeys(one.entity for one in _tokens(text, book) if one.entity))


def _named(one: _Token, book: Ledger) -> bool:
    """Whether a word is the name of an entity, or the last of one."""
    return (english.singular(one.text.lower()),) in book.names


def _judged(one: _Token, words: Words) -> _Token:
    if one.number is not None:
        return replace(one, kept=words.count(one.number))
    lower = one.text.lower()
    plain = lower in _PLAIN or stem(lower) in _PLAIN_STEMS or number(lower) is not None
    if len(lower) == 1:
        plain = plain and (one.text == lower or lower in "ai")  # sizes S and M are none
    plain = plain or one.text in _UNITS
    parts = list(stems(one.text)) or [stem(lower)]  # `teamMember` is kept where `team member` is
    return replace(one, plain=plain, kept=not plain and (words.tell(stem(lower)) or all(map(words.tell, parts))))


class _Account:
    """The account of one sentence: its text with what says nothing blanked out, and the words that are kept near it."""

    def __init__(self, said: _Saying, book: Ledger, around: Surroundings, listed: Sequence[str]) -> None:
        self.said = said
        self.book = book
        self.listed = listed
        self.text = self._body()
        here = _entities(self.text, book)
        several = len(here) > 1 or (here and _CLAIM.search(self.text))
        self.skipped = said.introduces and not several and not _STRICT.search(self.text)
        spoken = set(stems(said.text))
        self.asked = [one for one in book.asked if one.line == said.line and spoken.issuperset(stems(one.text))]
        self.misread = ""  # what makes another query of the one that was read
        self.words = book.asks(self.asked) if self.asked else book.of(self._near(here), said.lines)
        self.words.add(worded(said.text, around))
        for one in listed:
            self.words.add(one, *(more for kind, more in OF_RULES.items() if kind in one.split()))

    def _body(self) -> str:
        text = _EMPHASIS.sub(_blanks, self.said.text)
        for pattern in (_GREETING, _NUMBERING, _STORY):
            if (match := pattern.match(text)) is not None:
                text = _blanks(match) + text[match.end() :]
        text = _PHRASES.sub(_blanks, text)
        purpose = _PURPOSE.search(text)
        return text if purpose is None or re.search(r"\d", purpose[0]) else text[: purpose.start()]

    def _near(self, here: list[str]) -> list[str]:
        """The entities that a sentence may tell of."""
        near = [*here, *self.said.above]
        if not here or _PRONOUN.search(self.text):
            near += self.said.before
        if not here and _STRICT.search(self.text):
            near += self.book.bearers(self.text)
        return near

    def open(self) -> list[str]:
        """The pieces of the sentence that nothing accounts for."""
        if self.skipped:
            return []
        tokens = [one if one.entity else _judged(one, self.words) for one in _tokens(self.text, self.book)]
        if self.asked:  # a query names all that it asks by
            known = {name for one in self.asked for name in one.entities}
            tokens = [
                one if not one.entity or one.entity in known else _judged(replace(one, entity=""), self.words)
                for one in tokens
            ]
        else:
            tokens = [replace(one, plain=one.plain or self._is_deed(tokens, at)) for at, one in enumerate(tokens)]
        tokens = self._without_ranges(tokens)
        if self.asked:
            everything = not any(one.by for one in self.asked)  # with one condition of two the query is about right
            strange = [
                one.text
                for one in tokens
                if one.open
                and (
                    _named(one, self.book)
                    or _MEASURE.fullmatch(one.text)
                    or (everything and _GIVEN.search(self.text[: one.start]))
                )
            ]
            self.misread = ", ".join(dict.fromkeys(strange))
        return [self._piece(tokens, *ends) for ends in self._runs(tokens)] or self._unheld()

    def _is_deed(self, tokens: Sequence[_Token], at: int) -> bool:
        """Whether a word is the verb between two things that are kept and related, or what somebody does with the noun right
        before (`a list of courses it offers`): it says no more than that they are."""
        one = tokens[at]
        if not one.open or one.number is not None:
            return False
        ends = at + 1 == len(tokens) or bool(_CLAUSE_END.search(self.text[one.end : tokens[at + 1].start]))
        if at > 1 and tokens[at - 1].text.lower() in _SOMEBODY:
            noun = tokens[at - 2]
            comma = ends or "," in self.text[one.end : tokens[at + 1].start]
            if comma and (noun.kept or noun.entity or noun.text.lower() in ("which", "that", "whom")):
                return True
        before = next((each for each in reversed(tokens[:at]) if not _ADVERB.fullmatch(each.text.lower())), None)
        if ends or (before and not (before.entity or before.kept or before.text.lower() in _BEFORE_VERBS)):
            return False
        after = next((each for each in tokens[at + 1 :] if not each.plain), None)
        if after is None or after.open or _CLAUSE_END.search(self.text[one.end : after.start]):
            return False
        subjects = {each.entity for each in tokens[:at] if each.entity} - {after.entity}
        return not after.entity or not subjects or any(self.book.relates(each, after.entity) for each in subjects)

    def _without_ranges(self, tokens: list[_Token]) -> list[_Token]:
        """`5-8 jobs`, of which the middle is kept."""
        found = list(tokens)
        for at, (low, high) in enumerate(pairwise(tokens)):
            if low.number is None or high.number is None:
                continue
            between = self.text[low.end : high.start]
            if re.fullmatch(r" ?(?:-|–|to) ?", between) and self.words.count((low.number + high.number) / 2):
                found[at], found[at + 1] = replace(low, kept=True), replace(high, kept=True)
        return found

    def _runs(self, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
        """The first and the last of open tokens that only words without content stand between."""
        first = last = -1
        for at, one in enumerate(tokens):
            if not one.open:
                continue
            if first >= 0 and not (
                all(each.plain for each in tokens[last + 1 : at])
                and not _CLAUSE_END.search(self.text[tokens[last].end : one.start])
            ):
                yield first, last
                first = at
            first, last = (at if first < 0 else first), at
        if first >= 0:
            yield first, last

    def _piece(self, tokens: Sequence[_Token], first: int, last: int) -> str:
        """A run as it stands in the brief, with the rest of its noun: `end date`, of which `date` is kept."""
        while first > 0 and tokens[first - 1].kept and self._joins(tokens, first - 1):
            first -= 1
        while (
            last + 1 < len(tokens)
            and self._joins(tokens, last)
            and (tokens[last + 1].kept or tokens[last + 1].text.lower() in _HEADS)
        ):
            last += 1
        return " ".join(_EMPHASIS.sub("", self.said.text[tokens[first].start : tokens[last].end]).split())

    def _joins(self, tokens: Sequence[_Token], at: int) -> bool:
        return self.text[tokens[at].end : tokens[at + 1].start] in (" ", "-")

    def _unheld(self) -> list[str]:
        """The clauses that forbid something, where nothing is kept that could: their words may all be known."""
        found: list[str] = []
        for clause in filter(None, map(str.strip, _CLAUSE_END.split(_EMPHASIS.sub("", self.said.text)))):
            forbids = next(((said, marks) for pattern, marks in _FORBIDS if (said := pattern.search(clause))), None)
            if forbids is None or self._is_listed(clause):
                continue
            said, marks = forbids
            whose = [*_entities(clause, self.book), *self.said.before]
            ones = (f"one {what} of {owner}" for what in _entities(said[0], self.book) for owner in whose)
            if not self.words.marks & {*marks, *ones}:
                found.append(" ".join(clause.split()))
        return found

    def _is_listed(self, clause: str) -> bool:
        """Whether most of a clause stands in what is listed already and forbids too, or a rule of its kind does."""
        told = set(stems(clause))
        return (
            any(one.split()[:1] and one.split()[0] in OF_RULES for one in self.listed)
            or any(
                2 * len(told & set(stems(one))) > len(told) and any(pattern.search(one) for pattern, _ in _FORBIDS)
                for one in self.listed
            )
            or any(one.lower() in clause.lower() for one in self.listed if _REFUSES.search(one))
        )


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
