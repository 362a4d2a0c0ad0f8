"""What a schema's parts are called in Prisma's language, which knows letters, digits and underscores of ASCII."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import EnumType

from ..blueprint import Blueprint, Entity, Relation, distinct

# Names that Prisma's validator refuses for models and enums, scalars of its language, and what the generated
# client's own files use by that name.
_RESERVED = frozenset(
    """
    PrismaClient Prisma String Boolean Int BigInt Float Decimal DateTime Json Bytes Unsupported Object Array Promise
    Record Symbol Function Error Date Partial Omit Pick Exclude Extract Uint8Array Buffer Then Constructor
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Names:
    """Identifiers by what they stand for: `fields` by entity and column, `relations` by entity in the order of
    `Blueprint.of`, `values` by enum and label."""

    models: dict[Name, str]
    fields: dict[Name, dict[str, str]]
    relations: dict[Name, tuple[str, ...]]
    enums: dict[Name, str]
    values: dict[Name, dict[str, str]]

    def relation(self, blueprint: Blueprint, relation: Relation) -> str:
        """The field of a relation."""
        entity = blueprint.entity(relation.at)
        return self.relations[entity.name][blueprint.of(entity).index(relation)]


def name(blueprint: Blueprint) -> Names:
    """Identifiers for everything. Raises `InputError` for a name without any letter or digit."""
    entities = blueprint.entities
    models = dict(
        zip(
            (one.name for one in entities),
            distinct(((_identifier(one.words, english.pascal, "Model"), _ref(one)) for one in entities),
                     reserved=_RESERVED, suffix="Model"),
            strict=True,
        )
    )  # fmt: skip
    enums = [one for one in blueprint.schema.types if isinstance(one, EnumType) and all(one.labels) and one.labels]
    taken = set(models.values())
    said = Counter(english.split(one.name.name) for one in enums)
    named = distinct(
        (
            (_enum(one, taken, said), ObjectRef(kind="type", schema=one.name.schema, name=one.name.name))
            for one in enums
        ),
        taken=taken,
        reserved=_RESERVED,
        suffix="Enum",
    )
    fields: dict[Name, dict[str, str]] = {}
    relations: dict[Name, tuple[str, ...]] = {}
    for entity in entities:
        ref = _ref(entity)
        given = distinct((_identifier(one.words, english.camel, "field"), ref) for one in entity.attributes)
        fields[entity.name] = dict(zip((one.column.name for one in entity.attributes), given, strict=True))
        relations[entity.name] = tuple(
            distinct(
                ((_identifier(one.words, english.camel, "field"), ref) for one in blueprint.of(entity)), taken=given
            )
        )
    return Names(
        models=models,
        fields=fields,
        relations=relations,
        enums=dict(zip((one.name for one in enums), named, strict=True)),
        values={one.name: _values(one) for one in enums},
    )


def _ref(entity: Entity) -> ObjectRef:
    return ObjectRef(kind="table" if entity.table else "view", schema=entity.name.schema, name=entity.name.name)


def _type(one: EnumType) -> ObjectRef:
    return ObjectRef(kind="type", schema=one.name.schema, name=one.name.name)


def _enum(one: EnumType, models: set[str], said: Mapping[tuple[str, ...], int]) -> str:
    """The words of the schema come first where another one has an enum of that name, but for `public`."""
    words = english.split(one.name.name)
    if said[words] > 1 and one.name.schema != "public":
        words = (*english.split(one.name.schema), *words)
    wanted = _identifier(words, english.pascal, "Enum")
    return f"{wanted}Enum" if wanted in models else wanted


def _values(one: EnumType) -> dict[str, str]:
    ref = _type(one)
    wanted: list[tuple[str, ObjectRef]] = []
    for number, label in enumerate(one.labels, 1):
        words = english.split(label)
        wanted.append((_identifier(words, english.snake, "VALUE_").upper() if words else f"VALUE_{number}", ref))
    return dict(zip(one.labels, distinct(wanted), strict=True))


def _identifier(words: Sequence[str], join: Callable[[Sequence[str]], str], before: str) -> str:
    """Words joined; `before` stands before what begins with a digit."""
    joined = join([_ascii(word) for word in words])
    return joined if not joined or joined[0].isalpha() else f"{before}{joined}"


def _ascii(word: str) -> str:
    """Letters without their accents, and those of other scripts by their number."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
    return "".join(one if one.isascii() and one.isalnum() else f"u{ord(one):x}" for one in plain)
