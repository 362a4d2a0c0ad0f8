"""What a brief leaves open, as questions: those whose answers change the design most, each with what holds without one.

How much an answer changes is counted: the statements of the design with it that are not those of the design without.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from dbarchitect.errors import InputError

from .brief.quantities import number
from .naming import an
from .ownership import Reference, reference
from .references import usual_deletion
from .spec import Entity, Field, Spec, Volume
from .statements import statements
from .tables import designed
from .volumes import Rows
from .written import many

_MOST = 6  # questions: more nobody answers with care
_EACH = {"rows": 1}  # of one kind; two of any other
_UNTIL = datetime(2000, 1, 1, tzinfo=UTC)
_TENANTS = frozenset(
    ("tenant", "workspace", "organization", "organisation", "account", "company", "team", "agency", "school", "clinic")
)
_APART = ("email", "slug", "identifier")
_HUGE = 500e6  # rows with which it is tried whether the number of rows matters


@dataclass(frozen=True, kw_only=True)
class Option:
    """An answer: what a person types, and the sentence of the brief that says it. `then`: the spec with it."""

    answer: str
    sentence: str
    then: Callable[[Spec], Spec]


@dataclass(frozen=True, kw_only=True)
class Question:
    """`options`: the first is what holds where nobody answers; () for a number, and `assumed` holds then. `changes`:
    statements of the design that another answer changes. `about`: what it is known by."""

    about: str
    text: str
    because: str
    options: tuple[Option, ...] = ()
    assumed: float = 0.0
    entity: str = ""
    changes: int = 0

    def said(self, answer: str) -> str | None:
        """The sentence that an answer comes to; "" is the default. None for what is no answer."""
        word = " ".join(answer.lower().split())
        if not self.options:
            value = self.assumed if not word else number(word)
            if value is None or value < 1:
                return None
            name = many(self.entity)
            return f"{value:.0f} {name} in two years."
        if not word:
            return self.options[0].sentence
        fitting = [one for one in self.options if one.answer.startswith(word)]
        return fitting[0].sentence if len(fitting) == 1 else None


def questions(spec: Spec, *, again: bool = False) -> tuple[Question, ...]:
    """The questions to ask, those first that change most; none of a brief that has answers already, unless `again`.

    Raises `InputError` for a spec that contradicts itself.
    """
    if spec.answered and not again:
        return ()
    draft, rows = designed(spec, now=_UNTIL)
    plain = frozenset(statements(draft))
    found: list[Question] = []
    for one in _candidates(spec, rows):
        changes = max((one.changes, *(_changed(spec, option, plain) for option in _tried(one))))
        if changes:
            found.append(dataclasses.replace(one, changes=changes))
    found.sort(key=lambda one: -one.changes)
    kinds: dict[str, int] = {}
    chosen: list[Question] = []
    for one in found:
        kind = one.about.partition(" ")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] <= _EACH.get(kind, 2) and len(chosen) < _MOST:
            chosen.append(one)
    return tuple(chosen)


def _tried(one: Question) -> Iterator[Option]:
    yield from one.options[1:]
    if not one.options:

        def huge(spec: Spec) -> Spec:
            volume = Volume(entity=one.entity, rows=_HUGE / 10, rows_later=_HUGE)
            return replace(spec, volumes=(*spec.volumes, volume))

        yield Option(answer="", sentence="", then=huge)


def _changed(spec: Spec, option: Option, plain: frozenset[str]) -> int:
    try:
        draft, _ = designed(option.then(spec), now=_UNTIL)
    except InputError:
        return 0
    return len(frozenset(statements(draft)) ^ plain)


def _candidates(spec: Spec, rows: dict[str, Rows]) -> Iterator[Question]:
    yield from _ids(spec)
    yield from _tenants(spec)
    yield from _deletions(spec)
    yield from _uniques(spec)
    yield from _rows(spec, rows)


def _around(**changes: str) -> Callable[[Spec], Spec]:
    return lambda spec: replace(spec, surroundings=replace(spec.surroundings, **changes))


def _ids(spec: Spec) -> Iterator[Question]:
    around = spec.surroundings
    if around.ids or around.tenancy == "shared" or around.runs in ("edge", "device") or "offline" in around.needs:
        return
    yield Question(
        about="ids",
        text="Are keys seen outside: in addresses, by clients, by partners?",
        because="numbers in a row tell how many there are, and can be guessed; UUIDs take twice the room",
        options=(
            Option(answer="no", sentence="ids: internal", then=_around(ids="internal")),
            Option(answer="yes", sentence="ids: public", then=_around(ids="public")),
        ),
    )


def _tenants(spec: Spec) -> Iterator[Question]:
    if spec.surroundings.tenancy:
        return
    for entity in spec.entities:
        if entity.name.split()[-1] in _TENANTS:
            yield Question(
                about=f"tenant {entity.name}",
                text=f"Is the data of each {entity.name} kept apart from that of the others?",
                because="then keys and references begin with it, and a session sees the rows of one alone",
                options=(
                    Option(answer="no", sentence="tenancy: none", then=_around(tenancy="none")),
                    Option(
                        answer="yes",
                        sentence=f"tenant: {entity.name}",
                        then=_around(tenancy="shared", tenant=entity.name),
                    ),
                ),
            )
            return


def _deletions(spec: Spec) -> Iterator[Question]:
    for at, relation in enumerate(spec.relations):
        found = reference(relation)
        if (
            found is None
            or relation.through
            or relation.on_delete
            or not found.required
            or found.parent.entity == spec.surroundings.tenant
        ):
            continue
        child, parent = found.child.entity, found.parent.entity
        if child == parent or _is_weak(spec, found):
            continue
        parts = many(child)
        role = f", as {found.parent.role}" if found.parent.role else ""
        usual = usual_deletion(spec, found)[0]
        refused = Option(
            answer="refused", sentence=f"Deleting {an(parent)} is refused while it has {parts}{role}.",
            then=_deleting(at, "restrict"),
        )  # fmt: skip
        going = Option(
            answer="deleted", sentence=f"Deleting {an(parent)} deletes its {parts}{role}.",
            then=_deleting(at, "cascade"),
        )  # fmt: skip
        yield Question(
            about=f"deletion {parent} {child} {found.parent.role}".rstrip(),
            text=f"{an(parent).capitalize()} is deleted{role}: what becomes of its {parts}, deleted or refused?",
            because="a part goes with its whole; a fact of its own does not, and then the deletion is refused",
            options=(refused, going) if usual != "CASCADE" else (going, refused),
        )


def _is_weak(spec: Spec, found: Reference) -> bool:
    child = spec.entity(found.child.entity)
    return child is not None and child.parent == found.parent.entity


def _deleting(at: int, action: str) -> Callable[[Spec], Spec]:
    def then(spec: Spec) -> Spec:
        made = list(spec.relations)
        made[at] = replace(made[at], on_delete=action)
        return replace(spec, relations=tuple(made))

    return then


def _uniques(spec: Spec) -> Iterator[Question]:
    for entity in spec.entities:
        known = {name for key in entity.key for name in key}
        for field in entity.fields:
            about = f"unique {entity.name} {field.name}"
            if field.kind not in _APART or field.unique or field.name in known or about in spec.settled:
                continue
            several = many(entity.name)
            yield Question(
                about=about,
                text=f"Can two {several} have the same {field.name}?",
                because="what tells rows apart is refused twice by the server, not by the application alone",
                options=(
                    Option(
                        answer="yes", sentence=f"Several {several} may have the same {field.name}.",
                        then=lambda spec: spec,
                    ),
                    Option(
                        answer="no", sentence=f"The {field.name} of {an(entity.name)} is unique.",
                        then=_unique(entity, field),
                    ),
                ),
            )  # fmt: skip


def _unique(entity: Entity, field: Field) -> Callable[[Spec], Spec]:
    fields = tuple(replace(one, unique=True) if one is field else one for one in entity.fields)
    changed = replace(entity, fields=fields)
    return lambda spec: replace(spec, entities=tuple(changed if one is entity else one for one in spec.entities))


def _rows(spec: Spec, rows: dict[str, Rows]) -> Iterator[Question]:
    draft, _ = designed(spec, now=_UNTIL)
    for entity in spec.entities:
        known = rows.get(draft.by_entity[entity.name])
        if known is None or known.said:
            continue
        yield Question(
            about=f"rows {entity.name}",
            text=f"How many {many(entity.name)} will there be in two years?",
            because="it decides on partitions and indexes, and plans are shown at that size",
            assumed=known.later,
            entity=entity.name,
            # Indexes are chosen later, for what is asked at that size: the more is asked of it, the more hangs on it.
            changes=0 if spec.volumes else 1 + 2 * sum(one.entity == entity.name for one in spec.access),
        )


_ANSWERS = re.compile(r"^## Answers to questions[ \t]*$", re.MULTILINE)


def with_answers(text: str, sentences: list[str]) -> str:
    """A brief with answers at its end, below a heading of their own."""
    listed = "".join(f"- {one}\n" for one in sentences)
    if _ANSWERS.search(text):
        return f"{text.rstrip()}\n{listed}"
    return f"{text.rstrip()}\n\n## Answers to questions\n\n{listed}"
