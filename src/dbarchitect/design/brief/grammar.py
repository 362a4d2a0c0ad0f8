"""Plain sentences about things: `A customer has many orders. An order has a status (pending, paid) and a total in EUR.`

`Reader` gathers what they say into `Statements`; a sentence is understood whole or it is listed as unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Unread
from dbarchitect.model import english

from . import agents, deeds, having, lifecycle, linking, notes, overlaps, periods, remarks, rules, together, turns
from .fields import field_of
from .phrases import DETERMINERS, every, listed, named, singular, with_relatives
from .several import Plural
from .statements import HAS, MAY, NO_ROLE, NOUN, Link, Statements, clauses
from .wording import afterwards, plainly

_AND_VERB = re.compile(
    r",? and (?:also )?(?=(?:takes? place|works?|belongs?|is(?! a kind)|was|were|are|has|have|can|may|must|lives?|contains?|consists?|refers?|points?) )"
    r"|,? but (?:also )?(?=(?:can|may|must|has|have|is) )|, (?=(?:is|are|has|have|can|may|must|works|belongs) )"
    r"|,? and (?:also )?(?=[a-z]+s (?:in |at |to |for |on |with )?(?:an?|one|exactly|many|several|at (?:least|most)|up to|between|from|\d+|its|their|the) )|, (?=(?:starts|lasts|visits|uses|begins|takes place|belongs) )",
    re.IGNORECASE,
)
_CLAUSE_WORDS = frozenset(("is", "are", "was", "were", "there", "each", "every"))
_OF_ANOTHER = frozenset(
    ("as", "of", "per", "than", "through", "via", "within")
)  # what follows is of what stands before
_OF_OTHERS = re.compile(rf"^((?:{DETERMINERS} )?[\w-]+(?: [\w-]+)?) of (?:the |our |your )?((?!same\b|an?\b|each\b|every\b|one\b)[\w-]+(?: [\w-]+)?) (?=(?:is|are|has|have|must|can|may)\b)", re.IGNORECASE)  # fmt: skip
_SEVERAL_OF = re.compile(r"^[\w-]+s of [\w-]+s ", re.IGNORECASE)
_COUNTS = re.compile(r"^(?:one|a single|the same) .+ (?:several|many|multiple) |^.+ more than one ", re.IGNORECASE)
_LONGEST = 10_000  # characters of a sentence: what is longer is no sentence, and takes long to try


class Reader:
    """Reads sentences into `Statements`."""

    def __init__(self, said: Statements) -> None:
        self.said = said
        self._counts = False  # whether the clause tells how many there are of what was told of before
        self._known = (-1, "")  # how many things there were, and the pattern of their names
        self._tails: tuple[int, dict[str, list[str]]] = (-1, {})
        self._forms = [partial(form, self) for form in _FORMS]

    def read(self, text: str, line: int, *, aside: bool = False) -> bool:
        """One sentence. With `aside` what is not understood is not listed: the caller does something else with it."""
        if len(text) > _LONGEST:
            hint = f"a sentence of at most {_LONGEST:,} characters"
            self.said.unread.append(Unread(text=f"{text[:60]}...", line=line, hint=hint))
            return False
        sentence = re.sub(r"\s+", " ", re.sub(r"[*`]", "", text)).strip().rstrip(".")
        if overlaps.at_once(self, sentence, line):  # before `at once` is left away as a filler
            return True
        sentence = re.sub(
            r"\s+(?:at a time|at the same time|at any (?:given )?time|at any (?:given )?moment|any ?more|over time|online|if they want|when needed)$",
            "",
            sentence,
            flags=re.IGNORECASE,
        )
        sentence = re.sub(r"^(?:and|but|also|then|note that|besides|in addition),? ", "", sentence, flags=re.IGNORECASE)
        understood = True
        for said in plainly(sentence):
            pair = re.match(r"^for (?:each|every) ", said, re.IGNORECASE)
            told = [said] if pair else clauses(said)
            for clause in (part for one in told for part in self._predicates(one if pair else self._with_subject(one))):
                rest = afterwards(clause)
                if self._clause(clause, line) or (
                    rest and not self._elsewhere(clause, rest) and self._clause(rest, line)
                ):
                    continue
                understood = False
                self.said.last = self._subject(clause) or self.said.last
                clause = self._second_half(clause, line)
                if not clause:
                    understood = True
                    continue
                shown = clause if clause.lower() in sentence.lower() else sentence  # as it stands in the brief
                hint = "such as: an order has many lines; a line has a quantity"
                if not aside and Unread(text=shown, line=line, hint=hint) not in self.said.unread:
                    self.said.unread.append(Unread(text=shown, line=line, hint=hint))
        return understood

    def _second_half(self, clause: str, line: int) -> str:
        """What is left of a clause of which the first half was understood by itself: `rooms belong to a branch and seat a number
        of people`; the clause where nothing was."""
        match = re.match(rf"^((?:{DETERMINERS} )?(?:{self.nouns()})) .+", clause, re.IGNORECASE)
        halves = re.fullmatch(
            r"(.+?),? and ((?:also |can |may |must )?[a-z]{3,} (?:an?|the|one|many|several|some|up to|at most|to|in|on|for|with) .+)",
            clause,
        )
        if match is None or halves is None or ":" in halves[1] or not self._clause(halves[1], line):
            return clause
        rest = f"{match[1]} {halves[2]}"
        if not re.search(rf"\b(?:{self.nouns()})\b|^(?:{HAS}) ", halves[2], re.IGNORECASE):
            return halves[2]  # of what is no thing so far none is made
        return "" if self._clause(rest, line) else halves[2]

    def _subject(self, clause: str) -> str:
        """The entity that a clause begins with, so that `it` in the next one means it; "" where it begins with none."""
        match = re.match(rf"^(?:(?:{DETERMINERS})\s+)?({self.nouns()})\b", clause, re.IGNORECASE)
        return (self.entity(match[1]) or "") if match else ""

    def _elsewhere(self, clause: str, rest: str) -> bool:
        """Whether the condition of a clause is of other things than those that were spoken of last: `if a student misses a
        lesson, we note the reason` tells nothing of the room of a lesson."""
        if not re.match(r"^(?:we|they) ", rest, re.IGNORECASE) or not self.said.links:
            return False
        link = self.said.links[-1]
        named = {self.entity(one) for one in re.findall(rf"\b({self.nouns()})\b", clause[: -len(rest)], re.IGNORECASE)}
        return bool(named - {link.of, link.to})

    def _with_subject(self, text: str) -> str:
        """`it has a total`, `has a total`, `identified by its number`: of what was spoken of last."""
        last = self.said.last
        several = self.said.links[-1] if self.said.links and self.said.links[-1].most != 1 else None
        if several is not None:  # `for every event there are price categories; each has a name`
            text = re.sub(
                r"^each (?=(?:has|have|is|belongs?|contains?|may|can|must) )",
                f"{several.to} ",
                text,
                flags=re.IGNORECASE,
            )
        if not last:
            return text
        text = re.sub(r"^it\b", last, text, flags=re.IGNORECASE)
        text = re.sub(r"^they\b", english.plural(last), text, flags=re.IGNORECASE)
        whole = _OF_OTHERS.match(text)  # `authors of papers are ...`, `each customer of the company has ...`
        if (
            whole is not None
            and self.entity(whole[1]) is not None
            and (self.entity(whole[2]) is None or _SEVERAL_OF.search(whole[0]))
        ):
            text = f"{whole[1]} {text[whole.end() :]}"
        text = re.sub(
            r"^(?=(?:identified|described|known|keyed|made up) (?:by|of) )", f"{last} is ", text, flags=re.IGNORECASE
        )
        return re.sub(
            r"^(?=(?:has|have|contains?|includes?|consists? of|belongs? to|needs?|may|can|must|is) )",
            f"{last} ",
            text,
            flags=re.IGNORECASE,
        )

    def _clause(self, clause: str, line: int) -> bool:
        if self.entity(clause) is not None and len(clause.split()) <= 3:
            return True  # the name of a thing, which what follows is about
        plain = re.sub(r"^(?:some|most) (?=\w+s (?!(?:have|has) no ))", "", clause, flags=re.IGNORECASE)
        if plain != clause and not re.search(r" (?:have|has) no ", plain):  # `some patients have an email`
            plain = re.sub(r"^(\w+(?: \w+)?) (have|has)", r"\1 may \2", plain, flags=re.IGNORECASE)
        self._counts = bool(_COUNTS.match(clause))
        return any(form(plain, line) for form in self._forms) or self._described(plain, line)

    def _described(self, text: str, line: int) -> bool:
        """`a movement takes a part out of a warehouse: quantity, reason (sale, loss)`: what it does, then what it has."""
        match = re.match(r"^([^:(]+): (.+)$", text)
        if match is None or not any(form(match[1], line) for form in self._forms):
            return False
        subject = self.said.last
        return bool(subject) and every(
            [self.item(subject, one, line, optional=False) for one in with_relatives(listed(match[2]))]
        )

    def _predicates(self, clause: str) -> list[str]:
        """`an appointment is for a patient and takes place in a room` as two clauses with the same subject."""
        match = re.match(
            rf"^((?:(?:{DETERMINERS}) )?{NOUN}) (?:{MAY} )*(?:is|are|has|have|belongs?|{HAS}|[a-z]+s)\b",
            clause,
            re.IGNORECASE,
        )
        if match is None or (self.entity(match[1]) is None and self.bearer(named(match[1])) is None):
            return [clause]
        parts = _AND_VERB.split(clause)
        return [parts[0], *(f"{match[1]} {part}" for part in parts[1:])]

    # ---- names

    def entity(self, text: str) -> str | None:
        """The known entity that a phrase names."""
        name = singular(text)
        if name in self.said.things:
            return name
        # `movements` of which `stock movement` is the full name.
        longer = self._ending_in(name) if name and " " not in name else []
        return longer[0] if len(longer) == 1 else None

    def _ending_in(self, word: str) -> list[str]:
        """The entities of several words of which `word` is the last."""
        if self._tails[0] != len(self.said.things):
            tails: dict[str, list[str]] = {}
            for one in self.said.things:
                if " " in one:
                    tails.setdefault(one.rpartition(" ")[2], []).append(one)
            self._tails = (len(self.said.things), tails)
        return self._tails[1].get(word, [])

    def nouns(self) -> str:
        """The known entities in both numbers, as a pattern, the longest first."""
        if self._known[0] != len(self.said.things):
            names = {
                name
                for one in self.said.things
                for name in (one, " ".join((*one.split()[:-1], english.plural(one.split()[-1]))))
            }
            pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
            self._known = (len(self.said.things), pattern)
        return self._known[1]

    def ending(self, text: str) -> tuple[str, str] | None:
        """(role, entity) of `billing address`, where `address` is an entity."""
        words = singular(text).split()
        for start in range(1, len(words)):
            rest = " ".join(words[start:])
            if rest in self.said.things:
                if _CLAUSE_WORDS.intersection(words[:start]) or _OF_ANOTHER.intersection(words[:start]):
                    return None  # a clause that was not taken apart, and no name
                return ("" if NO_ROLE.intersection(words[:start]) else " ".join(words)), rest
        return None

    def owner(self, text: str) -> tuple[str, str] | None:
        """(entity, field) of `the email of a customer`, `a customer's email`, `customer email`, `email`."""
        match = re.match(rf"^(?:{DETERMINERS}\s+)?({NOUN}) of (?:{DETERMINERS}\s+)?({NOUN})$", text, re.IGNORECASE)
        if match and (owner := self.entity(match[2])):
            return owner, named(match[1])
        match = re.match(rf"^(?:{DETERMINERS}\s+)?({NOUN})['’]s? ({NOUN})$", text, re.IGNORECASE)
        if match and (owner := self.entity(match[1])):
            return owner, named(match[2])
        whole = self.bearer(named(text))
        if whole is not None and (whole[0] == self.said.last or len(named(text).split()) > 1):
            return whole  # a `room number` is what a room has under that name
        words = named(text).split()
        for cut in range(len(words) - 1, 0, -1):
            owner = self.entity(" ".join(words[:cut]))
            if owner is not None:
                return owner, self._field_name(owner, " ".join(words[cut:]))
        return self.bearer(named(text))

    def bearer(self, name: str) -> tuple[str, str] | None:
        """The entity that has a field of that name: the last one spoken of, else the only one."""
        spelt = {name, " ".join((*name.split()[:-1], english.singular(name.split()[-1])))} if name else set[str]()
        having = [
            (key, one)
            for key, thing in self.said.things.items()
            if not spelt.isdisjoint(thing.fields)
            for one in thing.fields
            if one in spelt
        ]
        recent = [pair for pair in having if pair[0] == self.said.last]
        if not having and self.said.last:  # `code` of what has a `department code`
            ends = [
                one
                for one in self.said.things[self.said.last].fields
                if any(one.endswith(f" {word}") for word in spelt)
            ]
            return (self.said.last, ends[0]) if len(ends) == 1 else None
        chosen = recent or having
        return chosen[0] if recent or len(chosen) == 1 else None

    def _field_name(self, owner: str, name: str) -> str:
        fields = self.said.things[owner].fields
        one = " ".join((*name.split()[:-1], english.singular(name.split()[-1])))
        return one if one in fields and name not in fields else name

    def change(self, owner: str, name: str, line: int, **changes: object) -> None:
        """A field of an entity with something more known of it; a new one where there is none."""
        thing = self.said.things[owner]
        before = thing.fields.get(name) or field_of(name, line=line) or Field(name=name, line=line)
        thing.fields[name] = replace(before, **changes)

    # ---- what the forms share

    def item(self, subject: str, item: str, line: int, *, optional: bool, plural: Plural = "") -> bool:
        """One item of a list of what `subject` has; `plural` is what one without a quantity means there."""
        return having.item(self, subject, item, line, optional=optional, plural=plural)

    def link(
        self,
        of: str,
        to: str,
        least: int,
        most: int | None,
        role: str,
        owns: bool,
        line: int,
        *,
        ordered: bool = False,
        vague: bool = False,
    ) -> None:
        """One direction of a relation. `owns`: said with a verb of having."""
        self.said.links.append(
            Link(
                of=of,
                to=to,
                least=least,
                most=most,
                role=role if role != to else "",
                owns=owns,
                line=line,
                ordered=ordered,
                vague=vague,
                counts=self._counts,
            )
        )


# In the order in which they are tried: the first that fits has read the clause.
_FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (
    *deeds.FIRST, *turns.FORMS, *together.FORMS, *agents.FORMS, having.colon, having.spans, having.there, linking.one_of, linking.kind_of, rules.either, rules.unique, rules.no_two,
    rules.identified, rules.lasts, overlaps.overlap, rules.before, periods.either_way, *notes.FORMS, lifecycle.moves, lifecycle.kept, lifecycle.can_be, lifecycle.tenancy,
    linking.tree, linking.shared, rules.optional, rules.bounds, linking.both_many, having.has, *deeds.BEFORE, linking.belongs,
    linking.verb, *deeds.AFTER, *remarks.FORMS,
)  # fmt: skip
