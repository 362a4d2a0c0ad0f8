"""What the rules about names share: which need quotes, how words are counted in English."""

from __future__ import annotations

import re
from functools import lru_cache

# As the scanner takes an identifier without quotes, and leaves it as it is (it folds A to Z only).
_BARE = re.compile(r"[a-z_\x80-\U0010ffff][a-z0-9_$\x80-\U0010ffff]*\Z")

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "criterion": "criteria",
    "medium": "media",
    "index": "indices",
}
_PLURALS = frozenset(_IRREGULAR.values()) | {"indexes", "matrices", "vertices", "appendices", "alumni"}

# Words whose number cannot be seen: no plural, or one that looks like a singular.
_NEITHER = frozenset(
    """
    access accounting address advice alias analysis analytics apparatus atlas audit auth authentication
    authorization baggage basis bias bonus bus business cache campus canvas census chaos class clothing config
    configuration consensus content contents corps credentials crisis data details diagnosis dns economics
    electronics emphasis equipment ethics evidence faq feedback fish focus freight furniture gas genus geography
    goods hardware headquarters health help history homework https hypothesis info information infrastructure
    inventory jeans knowledge lens logistics luggage machinery mail mass mathematics means media meta metadata misc
    money music news oasis oauth odds os physics plus preferences process progress props queue research result
    robots rss rubbish sales schema scissors series settings sheep sms smtp software species sports staff statistics
    stats status storage stuff surplus synopsis tax tls traffic trash trousers virus weather works
    """.split()  # noqa: SIM905
)


_VOWEL = frozenset("aeiouy")


def needs_quotes(name: str) -> bool:
    """Whether a name is taken as it is only in double quotes; reserved words aside."""
    return _BARE.match(name) is None


@lru_cache(maxsize=4096)
def number(word: str) -> str:
    """`singular` or `plural` where a lower-case English word shows it, else ""."""
    if word in _PLURALS:
        return "plural"
    if word in _NEITHER or len(word) < 3 or not word.isascii() or not word.isalpha():
        return ""
    if _VOWEL.isdisjoint(word):
        return ""  # an abbreviation
    if word in _IRREGULAR:
        return "singular"
    if word.endswith(("ss", "us", "is", "ics")):
        return ""
    return "plural" if word.endswith("s") else "singular"


def plural(name: str) -> str:
    """The plural of a lower-case name, by its last word."""
    rest, underscore, word = name.rpartition("_")
    if word in _IRREGULAR:
        return rest + underscore + _IRREGULAR[word]
    if re.search(r"(?:s|x|z|ch|sh)\Z", word):
        return name + "es"
    return name[:-1] + "ies" if re.search(r"[^aeiou]y\Z", word) else name + "s"
