"""Plain sentences about things: `A customer has many orders. An order has a status (pending, paid) and a total in EUR.`

`Reader` gathers what they say into `Statements`; a sentence is understood whole or it is listed as unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Rule, Unread
from dbarchitect.model import english

from . import deeds, notes
from .fields import bounded, field_of, kind_by_name
from .phrases import DETERMINERS, Counted, bare, counted, listed, named, singular
from .statements import HAS, MAY, NO_ROLE, NO_THINGS, NOUN, Link, Statements, clauses
from .trees import tree_form
from .wording import afterwards, plainly

_AND_VERB = re.compile(
    r",? and (?:also )?(?=(?:takes? place|works?|belongs?|is(?! a kind)|are|has|have|can|may|must|lives?|contains?|consists?|refers?|points?) )"
    r"|,? but (?:also )?(?=(?:can|may|must|has|have|is) )|, (?=(?:is|are|has|have|can|may|must|works|belongs) )"
    r"|,? and (?:also )?(?=[a-z]+s (?:in |at |to |for |on |with )?(?:an?|one|exactly|many|several|at (?:least|most)|its|their) )|, (?=(?:starts|visits|uses|begins|takes place|belongs) )",
    re.IGNORECASE,
)
_STATES = re.compile(r"(?:ed|ing|en|open|new|done|paid|draft|active|void|sent|closed|lost)$", re.IGNORECASE)
_PERFECT = re.compile(
    r"^(?:already |been )?[a-z]+(?:ed|en|n|t|id) (?:many|several|multiple|one|an?|\d+)\b", re.IGNORECASE
)


_PREPOSITIONS = re.compile(
    r"\s+(?:into or out of|into|out of|in|from|to|at|for|with|on|by)\s+(?=(?:an?|one|the|each|many|several|exactly|at most|at least|up to)\b)",
    re.IGNORECASE,
)


_LONGEST = 10_000  # characters of a sentence: what is longer is no sentence, and takes long to try


class Reader:
    """Reads sentences into `Statements`."""

    def __init__(self, said: Statements) -> None:
        self.said = said
        self._known = (-1, "")  # how many things there were, and the pattern of their names
        self._forms: tuple[Callable[[str, int], bool], ...] = (
            *(partial(form, self) for form in deeds.FIRST), self._colon, self._spans, self._there, self._kind_of, self._either, self._unique, self._no_two, self._identified, self._overlap, self._before,
            *(partial(form, self) for form in notes.FORMS),
            self._moves, self._kept, self._tenancy, self._tree, self._optional, self._bounds, self._both_many,
            self._has, *(partial(form, self) for form in deeds.BEFORE), self._belongs, self._verb,
            *(partial(form, self) for form in deeds.AFTER),
        )  # fmt: skip

    def read(self, text: str, line: int, *, aside: bool = False) -> bool:
        """One sentence. With `aside` what is not understood is not listed: the caller does something else with it."""
        if len(text) > _LONGEST:
            hint = f"a sentence of at most {_LONGEST:,} characters"
            self.said.unread.append(Unread(text=f"{text[:60]}...", line=line, hint=hint))
            return False
        sentence = re.sub(r"\s+", " ", re.sub(r"[*`]", "", text)).strip().rstrip(".")
        sentence = re.sub(
            r"\s+(?:at a time|at the same time|over time|online|if they want|when needed)$",
            "",
            sentence,
            flags=re.IGNORECASE,
        )
        sentence = re.sub(r"^(?:and|but|also|then|note that|besides|in addition),? ", "", sentence, flags=re.IGNORECASE)
        understood = True
        for said in plainly(sentence):
            pair = re.match(r"^for (?:each|every) ", said, re.IGNORECASE)
            told = [said] if pair else clauses(self._with_subject(said))
            for clause in (part for one in told for part in self._predicates(one)):
                if self._clause(clause, line) or ((rest := afterwards(clause)) and self._clause(rest, line)):
                    continue
                understood = False
                shown = clause if clause.lower() in sentence.lower() else sentence  # as it stands in the brief
                hint = "such as: an order has many lines; a line has a quantity"
                if not aside and Unread(text=shown, line=line, hint=hint) not in self.said.unread:
                    self.said.unread.append(Unread(text=shown, line=line, hint=hint))
        return understood

    def _with_subject(self, text: str) -> str:
        """`it has a total`, `has a total`, `identified by its number`: of what was spoken of last."""
        last = self.said.last
        if not last:
            return text
        text = re.sub(r"^(?:it|they)\b", last, text, flags=re.IGNORECASE)
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
        plain = re.sub(r"^(?:some|most) (?=\w+s )", "", clause, flags=re.IGNORECASE)
        if plain != clause:  # `some patients have an email`
            plain = re.sub(r"^(\w+(?: \w+)?) (have|has)", r"\1 may \2", plain, flags=re.IGNORECASE)
        return any(form(plain, line) for form in self._forms) or self._described(plain, line)

    def _described(self, text: str, line: int) -> bool:
        """`a movement takes a part out of a warehouse: quantity, reason (sale, loss)`: what it does, then what it has."""
        match = re.match(r"^([^:(]+): (.+)$", text)
        if match is None or not any(form(match[1], line) for form in self._forms):
            return False
        subject = self.said.last
        return bool(subject) and _every(
            [self.item(subject, one, line, optional=False) for one in _with_relatives(listed(match[2]))]
        )

    def _predicates(self, clause: str) -> list[str]:
        """`an appointment is for a patient and takes place in a room` as two clauses with the same subject."""
        match = re.match(
            rf"^((?:(?:{DETERMINERS}) )?{NOUN}) (?:{MAY} )*(?:is|are|has|have|belongs?|{HAS}|[a-z]+s)\b",
            clause,
            re.IGNORECASE,
        )
        if match is None or self.entity(match[1]) is None:
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
        longer = [one for one in self.said.things if one.endswith(f" {name}")] if name and " " not in name else []
        return longer[0] if len(longer) == 1 else None

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

    def _ending(self, text: str) -> tuple[str, str] | None:
        """(role, entity) of `billing address`, where `address` is an entity."""
        words = singular(text).split()
        for start in range(1, len(words)):
            rest = " ".join(words[start:])
            if rest in self.said.things:
                if _CLAUSE_WORDS.intersection(words[:start]):
                    return None  # a clause that was not taken apart, and no name
                return ("" if NO_ROLE.intersection(words[:start]) else " ".join(words)), rest
        return None

    def _owner(self, text: str) -> tuple[str, str] | None:
        """(entity, field) of `the email of a customer`, `a customer's email`, `customer email`, `email`."""
        match = re.match(rf"^(?:{DETERMINERS}\s+)?({NOUN}) of (?:{DETERMINERS}\s+)?({NOUN})$", text, re.IGNORECASE)
        if match and (owner := self.entity(match[2])):
            return owner, named(match[1])
        match = re.match(rf"^(?:{DETERMINERS}\s+)?({NOUN})['’]s? ({NOUN})$", text, re.IGNORECASE)
        if match and (owner := self.entity(match[1])):
            return owner, named(match[2])
        whole = self._bearer(named(text))
        if whole is not None and (whole[0] == self.said.last or len(named(text).split()) > 1):
            return whole  # a `room number` is what a room has under that name
        words = named(text).split()
        for cut in range(len(words) - 1, 0, -1):
            owner = self.entity(" ".join(words[:cut]))
            if owner is not None:
                return owner, self._field_name(owner, " ".join(words[cut:]))
        return self._bearer(named(text))

    def _bearer(self, name: str) -> tuple[str, str] | None:
        """The entity that has a field of that name: the last one spoken of, else the only one."""
        spelt = {name, " ".join((*name.split()[:-1], english.singular(name.split()[-1])))} if name else set[str]()
        having = [(key, one) for key, thing in self.said.things.items() for one in thing.fields if one in spelt]
        recent = [pair for pair in having if pair[0] == self.said.last]
        if not having and self.said.last:  # `code` of what has a `department code`
            ends = [one for one in self.said.things[self.said.last].fields if one.endswith(f" {name}")]
            return (self.said.last, ends[0]) if len(ends) == 1 else None
        chosen = recent or having
        return chosen[0] if recent or len(chosen) == 1 else None

    def _field_name(self, owner: str, name: str) -> str:
        fields = self.said.things[owner].fields
        one = " ".join((*name.split()[:-1], english.singular(name.split()[-1])))
        return one if one in fields and name not in fields else name

    def _change(self, owner: str, name: str, line: int, **changes: object) -> None:
        thing = self.said.things[owner]
        before = thing.fields.get(name) or field_of(name, line=line) or Field(name=name, line=line)
        thing.fields[name] = replace(before, **changes)

    # ---- forms

    def _colon(self, text: str, line: int) -> bool:
        """`Payments: amount (USD), paid at, method (card, transfer)`."""
        match = re.match(r"^([\w -]{2,40}): (.+)$", text)
        owner = self.entity(match[1]) if match else None
        if match is None or owner is None:
            return False
        self.said.last = owner
        return _every([self.item(owner, one, line, optional=False) for one in _with_relatives(listed(match[2]))])

    def _spans(self, text: str, line: int) -> bool:
        """`it starts at a moment and ends at another`: two fields."""
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:starts?|begins?)(?: (at|on)(?: (?:an?|some) (?:given |certain )?(?:moment|date|time|day))?)?"
            r"(?:,? and (?:\w+ )?(?:ends?|stops?|expires?)(?: (?:at|on)(?: (?:an?|some|another) (?:given |certain )?(?:moment|date|time|day))?)?)?$",
            text,
            re.IGNORECASE,
        )
        owner = self.entity(match[1]) if match else None
        if match is None or owner is None:
            return self._ends(text, line)
        kind = "date" if (match[2] or "").lower() == "on" else "moment"
        names = ("start", "end") if re.search(r"\b(?:ends?|stops?|expires?)\b", text, re.IGNORECASE) else ("start",)
        for name in names:
            self.said.put(owner, Field(name=name, kind=kind, required=name == "start", line=line))
        if len(names) == 2:
            self.said.rules.append(Rule(entity=owner, kind="order", fields=names, line=line))
        return True

    def _ends(self, text: str, line: int) -> bool:
        """`it may end on a date`."""
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) ((?:may|can|might) )?(?:ends?|stops?|expires?) (at|on)(?: (?:an?|some|another) (?:moment|date|time|day))?$",
            text,
            re.IGNORECASE,
        )
        owner = self.entity(match[1]) if match else None
        if match is None or owner is None:
            return False
        kind = "date" if match[3].lower() == "on" else "moment"
        self.said.put(owner, Field(name="end", kind=kind, required=not match[2], line=line))
        if "start" in self.said.things[owner].fields:
            self.said.rules.append(Rule(entity=owner, kind="order", fields=("start", "end"), line=line))
        return True

    def _there(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^there (?:can|may|are|is|will|must)(?: be)? (.+?) (?:of|for|in|per|to) (?:{DETERMINERS}) ({NOUN})$",
            text,
            re.IGNORECASE,
        )
        owner = self.entity(match[2]) if match else None
        if match is None or owner is None:
            return False
        return self.item(owner, match[1], line, optional=True)

    def _kind_of(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:an? )?(?:special )?(?:kind|type|sort|form|subtype)s? of ({NOUN})$",
            text, re.IGNORECASE,
        )  # fmt: skip
        if match is None:
            return False
        general = singular(match[2])
        self.said.thing(general, line)
        for one in listed(match[1]):
            self.said.thing(singular(one), line).kind_of = general
        return True

    def _either(self, text: str, line: int) -> bool:
        match = re.match(rf"^(?:{DETERMINERS}\s+)?({NOUN}) is (?:either|one of:?) (.+)$", text, re.IGNORECASE)
        if match is None or self.entity(match[1]) is None:
            return False
        general = singular(match[1])
        parts = [re.sub(r"^or\s+", "", one) for one in re.split(r",\s*|\s+or\s+", match[2]) if one.strip()]
        if all(re.match(r"an?\b", one, re.IGNORECASE) for one in parts):
            for one in parts:
                self.said.thing(singular(one), line).kind_of = general
            return True
        name = "status" if sum(bool(_STATES.search(one)) for one in parts) > len(parts) / 2 else "kind"
        self._change(general, name, line, kind="choice", values=tuple(bare(one) for one in parts))
        return True

    def _unique(self, text: str, line: int) -> bool:
        match = re.match(
            r"^(.+?) (?:is|are|must be|has to be|have to be|should be) (?:globally |always )?unique"
            r"(?: (?:per|within|for each|for every|in each|inside|across|for|in|among) (.+))?$",
            text, re.IGNORECASE,
        )  # fmt: skip
        if match is None or re.search(
            rf"\b(?:{HAS}|which|that|who|is|are|can|may|must) ", f"{match[1]} ", re.IGNORECASE
        ):
            return False
        subject = re.sub(r"^the (?:combination|pair) of ", "", match[1], flags=re.IGNORECASE)
        within = tuple(singular(one) for one in listed(match[2])) if match[2] else ()
        parts = listed(subject)
        if len(parts) > 1:
            owners = [self._owner(one) for one in parts]
            first = next((one for one in owners if one), None)
            if first is None:
                return False
            names = [one[1] if one else named(part) for one, part in zip(owners, parts, strict=True)]
            self.said.things[first[0]].keys.append((*names, *within))
            return True
        found = self._owner(subject)
        if found is None:
            return False
        self._change(*found, line, unique=True, within=within if within != (found[0],) else ())
        return True

    def _no_two(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^no two ({NOUN})(?: (?:of|in|within) (?:the same|one|a) ({NOUN}))? (?:can |may |should |must )?(?:have|share|with|use) "
            r"the same (.+?)(?: (?:in|within|of|per|for) (?:the same |a |one |each )?(.+))?$",
            text, re.IGNORECASE,
        )  # fmt: skip
        owner = self.entity(match[1]) if match else None
        if match is None or owner is None:
            return False
        within = match[2] or match[4]
        names = tuple(named(one) for one in listed(match[3]))
        scope = (singular(within),) if within else ()
        if len(names) == 1:
            self._change(owner, names[0], line, unique=True, within=scope)
        else:
            self.said.things[owner].keys.append((*names, *scope))
        return True

    def _identified(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:uniquely )?(?:identified|known|keyed) by (.+?)"
            rf"(?: (?:within|per|in|inside) (?:{DETERMINERS}\s+)?(.+))?$",
            text, re.IGNORECASE,
        )  # fmt: skip
        owner = self.entity(match[1]) if match else None
        if match is None or owner is None:
            return False
        names = tuple(
            named(re.sub(r"^(?:an?|the|its|their)? ?unique ", "", one.partition(", ")[0], flags=re.IGNORECASE))
            for one in _with_relatives(listed(match[2]))
        )
        self.key(owner, names, (singular(match[3]),) if match[3] else (), line)
        return True

    def key(self, owner: str, names: tuple[str, ...], within: tuple[str, ...], line: int) -> None:
        """What tells one from another: one field, or several together; `within` is the entity inside which that holds."""
        if len(names) == 1:
            self._change(owner, names[0], line, unique=True, within=within)
            return
        fields = self.said.things[owner].fields
        for name in names:
            if name not in fields and self.entity(name) is None and (made := field_of(name, line=line)) is not None:
                fields[name] = made
        self.said.things[owner].keys.append((*names, *within))

    def _overlap(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^(?:no two |two |the )?({NOUN})(?: (?:of|in|for) (?:the same|one|a|an) ({NOUN}))? "
            r"(?:must not|may not|never|cannot|can not|can't|do not|don't|may|can|should not)? ?overlap(?:s|ping)?"
            r"(?: (?:per|for|in|on|of|within) (?:the same |a |an |one |each )?(.+))?$",
            text, re.IGNORECASE,
        )  # fmt: skip
        owner = self.entity(match[1]) if match else None
        if (
            match is None
            or owner is None
            or not re.search(r"\bno(?:t|\b)|never|can't|cannot|don't", text, re.IGNORECASE)
        ):
            return False
        within = match[2] or match[3]
        fields = tuple(
            one for one, known in self.said.things[owner].fields.items() if known.kind in ("period", "moment", "date")
        )
        self.said.rules.append(
            Rule(
                entity=owner,
                kind="exclusive",
                fields=fields[:2],
                within=(singular(within),) if within else (),
                line=line,
            )
        )
        return True

    def _before(self, text: str, line: int) -> bool:
        match = re.match(
            r"^(.+?) (?:is|are|must be|has to be|comes|must come|should be|lies) (?:always )?"
            r"(before|after|earlier than|later than|not after|not before|no later than|on or after|smaller than|larger than) (.+)$",
            text, re.IGNORECASE,
        )  # fmt: skip
        first = self._owner(match[1]) if match else None
        if match is None or first is None:
            return False
        other = named(match[3])
        second = other if other in self.said.things[first[0]].fields else (self._owner(match[3]) or ("", ""))[1]
        if not second or second not in self.said.things[first[0]].fields:
            return False
        backwards = match[2].lower() in ("after", "later than", "on or after", "not before", "larger than")
        pair = (second, first[1]) if backwards else (first[1], second)
        self.said.rules.append(Rule(entity=first[0], kind="order", fields=pair, line=line))
        return True

    def _moves(self, text: str, line: int) -> bool:
        """States: `an order goes from pending to paid to shipped`, `pending -> paid -> shipped`, `paid can become shipped`."""
        pairs: list[tuple[str, str]] = []
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )?(?:goes?|moves?|changes?) from (.+)$", text, re.IGNORECASE
        )
        arrows = re.match(rf"^(?:(?:{DETERMINERS}\s+)?({NOUN}):\s*)?([\w -]+(?:\s*(?:->|→|=>)\s*[\w |/-]+)+)$", text)
        become = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:order |one )?(?:can|may) (?:become|turn) (?:into )?(.+)$",
            text,
            re.IGNORECASE,
        )
        if match is not None:
            owner: str | None = self.entity(match[1]) or (self._owner(match[1]) or (None, ""))[0]
            for chain in re.split(r",?\s+or from\s+|,?\s+and from\s+|;\s*", match[2], flags=re.IGNORECASE):
                steps = re.split(r"\s+(?:and then |then )?to\s+|,\s*(?:and )?then (?:to )?", chain)
                pairs += _chain(steps)
        elif arrows is not None:
            pairs = _chain(re.split(r"\s*(?:->|→|=>)\s*", arrows[2]))
            owner = self.entity(arrows[1]) if arrows[1] else None
        elif become is not None:
            pairs = [(bare(become[1]), bare(one)) for one in re.split(r",\s*|\s+or\s+|\s+and\s+", become[2]) if one]
            owner = None
        else:
            return False
        states = {state.lower() for pair in pairs for state in pair}
        holder = self._stated(owner, states)
        if holder is None:
            return False
        name, known = holder
        written = {value.lower(): value for value in known.values}
        pairs = [(written.get(low.lower(), low), written.get(high.lower(), high)) for low, high in pairs]
        values = tuple(dict.fromkeys((*known.values, *(state for pair in pairs for state in pair))))
        self.said.things[name].fields[known.name] = replace(
            known, kind="choice", values=values, transitions=tuple(dict.fromkeys((*known.transitions, *pairs))),
            initial=known.initial or (known.values or values)[0],
        )  # fmt: skip
        return True

    def _stated(self, owner: str | None, states: set[str]) -> tuple[str, Field] | None:
        """The entity and its field that has these states."""
        names = [owner] if owner else list(self.said.things)
        for name in names:
            for known in self.said.things[name].fields.values():
                if known.kind == "choice" and (known.values and states & {value.lower() for value in known.values}):
                    return name, known
        if owner:
            known = next((one for one in self.said.things[owner].fields.values() if one.kind == "choice"), None)
            return owner, known or Field(name="status", kind="choice")
        return None

    def _kept(self, text: str, line: int) -> bool:
        for pattern, flag in _KEPT:
            match = re.match(pattern, text, re.IGNORECASE)
            if match is None:
                continue
            owners = [self.entity(one) for one in listed(match[1])]
            if owners and all(owners):
                for owner in owners:
                    self.said.things[owner or ""].flags[flag] = True
                return True
        return False

    def _tenancy(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN})(?:['’]s?)? (?:data|records|rows)? ?(?:is|are|must be|stays?) (?:strictly |kept |always )?"
            r"(?:separate|separated|isolated|apart|invisible to (?:each )?others?)(?: (?:from (?:each )?others?|per .+))?$",
            text, re.IGNORECASE,
        )  # fmt: skip
        per = re.match(
            rf"^(?:everything|all data|data|all records) (?:belongs to|is (?:scoped|separated|isolated|kept) (?:to|by|per)) (?:{DETERMINERS}\s+)?({NOUN})$",
            text, re.IGNORECASE,
        )  # fmt: skip
        own = re.match(
            rf"^(?:each|every) ({NOUN}) (?:has|gets|needs|wants|is given|must have|must get) (?:its|their|an?|his|her) (?:very )?"
            r"(?:own|separate|dedicated) (databases?|encryption keys?|backups?|schemas?|database (?:roles?|users?|logins?))$",
            text, re.IGNORECASE,
        ) or re.match(
            rf"^(?:each |every )?({NOUN}) (?:(?:only |can only |may only |must only )(?:ever )?sees?|(?:can|may|must) (?:only )?see only|sees? only)"
            r" (?:its|their) own (?:data|records|rows)()$",
            text, re.IGNORECASE,
        )  # fmt: skip
        found = match or per or own
        owner = self.entity(found[1]) if found else None
        if owner is None and own is not None and 0 < len(singular(own[1]).split()) <= 3:
            owner = self.said.thing(singular(own[1]), line).name  # nothing else need be said of who it is
        if owner is None:
            return False
        self.said.tenant = owner
        if own is not None and own[2]:
            rights = re.match(r"schema|database (?:role|user|login)", own[2], re.IGNORECASE)
            self.said.isolation = "schema" if rights else "database"
        return True

    def _tree(self, text: str, line: int) -> bool:
        text, form, levels = tree_form(text)
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:form|forms|are organi[sz]ed in|are arranged in|make) (?:a |an )?(?:tree|hierarchy|trees)$"
            rf"|^(?:{DETERMINERS}\s+)?({NOUN}) (?:can be|may be|are|is) nested$",
            text, re.IGNORECASE,
        )  # fmt: skip
        owner = self.entity(match[1] or match[2]) if match else None
        if owner is None:
            return False
        self.said.links.append(
            Link(
                of=owner, to=owner, least=0, most=1, role="parent", owns=False, line=line, form=form, levels=levels
            )
        )  # fmt: skip
        return True

    def _optional(self, text: str, line: int) -> bool:
        match = re.match(
            r"^(.+?) (?:is|are) (optional|required|mandatory|not required|always (?:there|given|known|present))$"
            r"|^(.+?) (?:may|can) be (empty|missing|unknown|left out|blank)$",
            text, re.IGNORECASE,
        )  # fmt: skip
        if match is None:
            return False
        needed = (match[2] or "").lower().startswith(("required", "mandatory", "always"))
        found = [self._owner(one) for one in listed(match[1] or match[3])]
        if not found or not all(found):
            return False
        for one in found:
            if one is not None:
                self._change(*one, line, required=needed)
        return True

    def _bounds(self, text: str, line: int) -> bool:
        match = re.match(
            r"^(.+?) (?:is|are|must be|has to be|have to be|lies|lie|should be|can be|ranges?|may be|cannot be|can not be|must not be|has) "
            r"(?:always |from )?(.+)$",
            text, re.IGNORECASE,
        )  # fmt: skip
        found = self._owner(match[1]) if match else None
        if match is None or found is None:
            return False
        words = match[2]
        if re.search(r"\b(?:cannot|can not|must not) be negative$", text, re.IGNORECASE) or re.match(
            r"(?:never|not) negative", words, re.IGNORECASE
        ):
            words = "not negative"
        known = self.said.things[found[0]].fields.get(found[1])
        if known is None:
            return False
        changed = bounded(known, words)
        if changed is None and (listed_ := re.match(r"(?:one of|either):? (.+)$", words, re.IGNORECASE)):
            values = [bare(re.sub(r"^or\s+", "", one)) for one in re.split(r",\s*|\s+or\s+", listed_[1]) if one.strip()]
            changed = replace(known, kind="choice", values=tuple(values))
        if changed is None:
            return False
        self.said.things[found[0]].fields[found[1]] = changed
        return True

    def _both_many(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^({NOUN}) and ({NOUN}) (?:are|have a|is a|stand in a) many[- ]to[- ]many(?: relation(?:ship)?)?$",
            text,
            re.IGNORECASE,
        )
        if match is None:
            return False
        first, second = singular(match[1]), singular(match[2])
        for one in (first, second):
            self.said.thing(one, line)
        self._link(first, second, 0, None, "", True, line)
        self._link(second, first, 0, None, "", True, line)
        return True

    def _has(self, text: str, line: int) -> bool:
        nested = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*(?:{HAS}) ((?:many |several |multiple )?[\w -]+s): (.+)$",
            text,
            re.IGNORECASE,
        )
        if (
            nested is not None
            and singular(nested[2]) != named(nested[2])
            and (owner := self.entity(nested[1]))
            and (child := singular(re.sub(r"^(?:many|several|multiple) ", "", nested[2])))
        ):
            self.said.thing(child, line)  # `an invoice contains invoice lines: description, quantity`
            self._link(owner, child, 0, None, "", True, line)
            self.said.last = child
            return _every([self.item(child, one, line, optional=False) for one in _with_relatives(listed(nested[3]))])
        match = re.match(rf"^((?:{NOUN}, )*{NOUN},? and {NOUN}) (?:{MAY} )*(?:{HAS}) (.+)$", text, re.IGNORECASE)
        several = listed(match[1]) if match else []
        if (
            match is not None and len(several) > 1 and all(map(self.entity, several))
        ):  # `students and lecturers have names`
            things = [singular(one) for one in several]
            return _every(
                [self.item(one, singular(item), line, optional=False) for one in things for item in listed(match[2])]
            )
        match = re.match(
            rf"^(?:for )?(?:{DETERMINERS}\s+)?({NOUN}),? (?:{MAY} )*(?:{HAS}):? (.+)$", text, re.IGNORECASE
        )
        if match is None:
            return False
        subject = singular(match[1])
        if not subject or len(subject.split()) > 3 or (subject in NO_THINGS and subject not in self.said.things):
            return False
        optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(2)], re.IGNORECASE))
        if subject not in self.said.things or _PERFECT.match(match[2]):
            return False
        items = _with_relatives(listed(match[2]))
        if not items:
            return False
        self.said.last = subject
        return _every([self.item(subject, item, line, optional=optional) for item in items])

    def item(self, subject: str, item: str, line: int, *, optional: bool) -> bool:
        text = re.sub(r"^(?:and|also|its|their)\s+", "", item.strip(), flags=re.IGNORECASE)
        if re.match(r"no\s+", text, re.IGNORECASE):
            return False
        number = counted(text)
        relative = re.match(r"^(.+?),? (?:who|which|that) (?:is|are|must be) (.+)$", number.text, re.IGNORECASE)
        if relative is not None:
            target = self.entity(counted(relative[2]).text)
            if target is not None:  # `a head, who is a lecturer`
                role = singular(relative[1])
                most = (
                    None
                    if number.most != 1 or english.singular(role.split()[-1]) != named(relative[1]).split()[-1]
                    else 1
                )
                self.said.links.append(
                    Link(subject, target, 0 if optional or most is None else number.least, most, role, False, line)
                )
                return True
            text = f"{relative[1]} ({relative[2]})"
            number = Counted(text, number.least, number.most, number.said, number.ordered)
        doing = re.match(
            r"^([\w -]+?),? (?:who|that|which) ([a-z]+?)(?:e?s) (?:it|them|the [\w -]+)$", number.text, re.IGNORECASE
        )
        if (
            doing is not None and (doer := self.entity(doing[1])) is not None
        ):  # `an employee who manages the department`
            past = f"{doing[2].removesuffix('e')}ed by"
            self._link(subject, doer, 0 if optional else number.least, number.most, past, False, line)
            return True
        head = re.split(r"[(:]", number.text)[0]
        head = re.sub(r"\s+(?:in|that|which|who|with|of|per|for|as)\s.*$", "", head)
        target = self.entity(head)
        if target is None and not number.said:  # `photos` is a field with several values, not a thing
            number = Counted(number.text, 1, 1, False)
        many = number.most != 1
        role = ""
        if many and target is None and re.match(r"(?:a |the )?number of\b", text, re.IGNORECASE):
            made = field_of(re.sub(r"^(?:a |the )?number of ", "", text, flags=re.IGNORECASE), line=line)
            if made is not None:
                self.said.put(subject, replace(made, kind="integer", required=not optional))
                return True
        if (target is None and (ended := self._ending(head)) is not None and not many) or (
            target is None and (ended := self._ending(head)) is not None and many
        ):
            role, target = ended
        if target is not None and not (target == subject and not number.said):
            least = 0 if optional else number.least
            self._link(subject, target, least, number.most, role, True, line, ordered=number.ordered)
            return True
        name = singular(head)
        if many and name and "(" not in number.text and name not in ("tag", "label", "keyword"):
            # Many of something that nothing else is said of: a thing of its own, with a name.
            self.said.thing(name, line)
            self._link(
                subject, name, 0 if optional else number.least, number.most, "", True, line, ordered=number.ordered
            )
            return True
        made = field_of(number.text if number.said else text, line=line)
        if made is None or not _is_a_name(made.name):
            return False
        if many:
            made = replace(made, kind="tags" if made.kind == "word" else made.kind, name=named(head))
        if optional or number.least == 0:
            made = replace(made, required=False)
        self.said.put(subject, made)
        return True

    def _belongs(self, text: str, line: int) -> bool:
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*(?:belongs? to|is part of|are part of|is one of|be part of|be in|belong|is for|are for|is of|are of|is about|are about|is in|are in|takes? place in|takes? place at|happens? in|happens? at|is from|comes? from|stands? (?:in|at|on)|sits? in|lies? (?:in|at|on)|lives? (?:in|at)|(?:is|are) (?:located|kept|stored|placed|held) (?:in|at|on)|refers? to|references|points? to|concerns?) (.+)$",
            text, re.IGNORECASE,
        )  # fmt: skip
        subject = self.entity(match[1]) if match else None
        if match is None or subject is None:
            return False
        optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(2)], re.IGNORECASE))
        self.said.last = subject
        # `comments belong to posts`: each of them to one.
        parts = [re.sub(r"^(?:[a-z]+ed )?(?:by|for|with|to|in|at) ", "", one) for one in listed(match[2])]
        if any(re.search(r"['’]s? ", one) and self.entity(one) is None for one in parts):
            return False  # what is somebody's is not yet a thing of the brief
        items = [one if counted(one).said else f"one {singular(one)}" for one in parts]
        return _every([self._to(subject, item, line, optional=optional, verb="") for item in items])

    def _to(self, subject: str, item: str, line: int, *, optional: bool, verb: str) -> bool:
        number = counted(item)
        if (another := re.match(r"^other ([\w -]+)$", number.text, re.IGNORECASE)) and self.entity(
            another[1]
        ) == subject:
            self._link(subject, subject, 0, None, f"other {subject}", False, line)
            return True
        target = self.entity(number.text)
        role = ""
        if target is None and (ended := self._ending(number.text)) is not None:
            role, target = ended
        if target is None:
            name = singular(number.text)
            if not number.said or not name or len(name.split()) > 2 or name in NO_THINGS:
                return False
            if least_thing(item, name):
                self.said.put(subject, replace(field_of(name, line=line) or Field(name=name), required=not optional))
                return True
            target = name
            self.said.thing(name, line)
        least = 0 if optional else number.least
        self._link(subject, target, least, number.most, role or verb, False, line)
        return True

    def _verb(self, text: str, line: int) -> bool:
        """Any verb between two things that are known: `a student enrols in many courses`, `an order is placed by a user`."""
        match = re.match(
            rf"^(?:{DETERMINERS}\s+)?({self.nouns()}) (?:{MAY} )*((?:(?:is|are) an? )?(?:is |are |be )?[a-z]+(?:ed|en|s|t|e|d|n|y|w|k|h|p|m|r)?(?: (?:up|out|off|over|down|back))?(?: (?:by|to|in|into|for|from|on|at|with|as|of|up|under|over|between))?) (.+)$",
            text,
            re.IGNORECASE,
        )
        subject = self.entity(match[1]) if match else None
        if match is None or subject is None:
            return False
        optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(3)], re.IGNORECASE))
        items = [one for item in listed(match[3]) for one in _PREPOSITIONS.split(item)]
        if not items or not all(map(self._known_or_many, items)):
            return False
        self.said.last = subject
        verb = _role(match[2])
        return _every([self._to(subject, one, line, optional=optional, verb=verb) for one in items])

    def _known_or_many(self, item: str) -> bool:
        """Whether an object of a verb is an entity: one that is known, or something of which there are several."""
        number = counted(item)
        if self.entity(number.text) or self._ending(number.text):
            return True
        name = singular(number.text)
        return number.said and number.most != 1 and 0 < len(name.split()) <= 2 and name not in NO_THINGS

    def _link(
        self, of: str, to: str, least: int, most: int | None, role: str, owns: bool, line: int, *, ordered: bool = False
    ) -> None:
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
            )
        )


_KEPT: tuple[tuple[str, str], ...] = (
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:only )?(?:soft[- ]deleted|archived|only marked(?: as deleted)?|never (?:really |physically )?deleted)$", "soft_delete"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:never (?:changed|updated|modified)|append[- ]only|immutable|only (?:added|appended))$", "appended"),
    (rf"^(?:all |every |each )?(?:changes?|edits?) (?:to|of) (?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|must be) (?:audited|logged|tracked|recorded)$", "audit"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) audited$", "audit"),
    (rf"^(?:the )?(?:history|versions|old versions|past states) of (?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|must be) kept$", "history"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) versioned$", "history"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:a )?time series$", "by_time"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:a |put in a |worked off as a )?queued?(?: of work)?$", "queue"),
)  # fmt: skip


_CLAUSE_WORDS = frozenset(("is", "are", "was", "were", "there", "each", "every"))
_NO_NAME = frozenset(
    (
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "can",
        "may",
        "must",
        "will",
        "says",
        "gives",
        "which",
        "who",
        "that",
        "a",
        "an",
        "each",
        "every",
    )
)


def _is_a_name(name: str) -> bool:
    """Whether words can be a field's name, and are no sentence that was not understood."""
    first, *others = name.split()
    if (
        first in ("who", "whom", "says", "gives", "takes", "what", "how")
        or len(others) > 5
        or _NO_NAME.intersection(others)
    ):
        return False
    return not (
        first in ("in", "on", "at", "by", "for", "with", "from", "to") and others[:1] in (["a"], ["an"], ["the"])
    )


def least_thing(item: str, name: str) -> bool:
    """Whether `for a period`, `in a building` tell of a value rather than of a thing with rows of its own."""
    values = (
        "period",
        "date",
        "day",
        "time",
        "building",
        "city",
        "country",
        "town",
        "place",
        "street",
        "price",
        "amount",
    )
    return bool(re.match(r"^(?:an?|one) ", item, re.IGNORECASE)) and (
        name in values or kind_by_name(name) in _OF_VALUES
    )


_OF_VALUES = frozenset(("date", "moment", "money", "percentage", "email", "phone", "url", "decimal", "duration"))


def _chain(steps: list[str]) -> list[tuple[str, str]]:
    """The pairs of `a`, `b or c`, `d`."""
    groups = [[bare(one) for one in re.split(r"\s*[|/]\s*|\s+or\s+|,\s*", step) if one.strip()] for step in steps]
    return [(low, high) for before, after in pairwise(groups) for low in before for high in after]


def _with_relatives(items: list[str]) -> list[str]:
    """`a number`, `which is unique` belong together."""
    found: list[str] = []
    for one in items:
        tail = found[-1].rpartition(":")[2] if found and ":" in found[-1] and "(" not in found[-1] else ""
        if found and re.match(r"^(?:who|which|that) (?:is|are|must)\b", one, re.IGNORECASE):
            found[-1] = f"{found[-1]}, {one}"
        elif tail.strip() and "(" not in one and ":" not in one and one == bare(one) and len(one.split()) <= 2:
            found[-1] = f"{found[-1]}, {one}"  # the values of a choice: `a status: draft, open, paid`
        else:
            found.append(one)
    return found


def _role(verb: str) -> str:
    """`is placed by` is `placed by`; plain verbs name no role."""
    match = re.match(r"^(?:is|are|be) (\w+ (?:by|to|from|for|with|at|in|on))$", verb, re.IGNORECASE)
    return match[1].lower() if match else ""


def _every(read: Sequence[bool]) -> bool:
    """Whether all parts were understood; a list, so that each of them was read."""
    return all(read)
