"""What the rules about names share: which need quotes, how words are counted in English, who else says a name."""

from __future__ import annotations

import re
from functools import lru_cache

from dbarchitect.review.context import Context

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
    access accounting address advice alias analysis analytics apparatus atlas audit auth authentication authorization
    baggage basis bias bonus bus business cache campus canvas census chaos class clothing config configuration
    consensus content contents corps crisis data dns diagnosis economics electronics emphasis equipment ethics evidence
    exif faq feedback fish focus freight furniture gas genus geography goods hardware headquarters health help
    history homework https hypothesis info information infrastructure inventory jeans job_queue jsonb knowledge lens
    logistics luggage machinery mail mathematics means media metadata meta misc money music mass news nexus oauth odds
    oasis os physics plus postgis process progress props queue research result robots rss rubbish sales schema
    scissors series settings sheep sms smtp software species sports staff stats statistics status storage stuff surplus
    synopsis tax tls traffic trash trousers virus weather works
    """.split()  # noqa: SIM905
)


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


def named_in_functions(review: Context, name: str) -> bool:
    """Whether the text of any function has `name` as a word: such do not follow when a thing is renamed."""
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])", re.IGNORECASE)
    return any(pattern.search(one.body) for one in review.schema.functions if name.lower() in one.body.lower())
