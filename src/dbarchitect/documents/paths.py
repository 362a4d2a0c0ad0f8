"""Paths of sampled documents as trees: `lines[].sku` is the field `lines`, its elements, and their field `sku`."""

from __future__ import annotations

from typing import Protocol, Self, TypeVar

FEW = 20  # documents looked at: with fewer nothing is called required


class Place(Protocol):
    """One place of documents: `fields` of its objects, `items` of its arrays, `any` for names that are data."""

    fields: dict[str, Self]
    items: Self | None
    any: Self | None


Tree = TypeVar("Tree", bound=Place)


def parts_of(path: str) -> list[str]:
    """The parts of a path: names, `[]` for the elements of an array, `*` for names that are data. A name that has a dot
    or brackets in it cannot be told from a path, and is read as one."""
    return path.replace("[]", ".[]").split(".")


def below(place: Tree, part: str) -> Tree:
    """The place one step below, made where it is not there yet."""
    if part == "[]":
        place.items = place.items or type(place)()
        return place.items
    if part == "*":
        place.any = place.any or type(place)()
        return place.any
    return place.fields.setdefault(part, type(place)())
