"""What is known of a thing: a field from a phrase, a bullet or the cells of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Kind
from dbarchitect.model import english

from .phrases import bare, listed, named
from .quantities import number

_CURRENCY = re.compile(r"\b(EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD|INR|CNY|BRL|MXN|CZK)\b|([€$£¥])")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_VALUES = re.compile(
    r"^(?:one of|either|values?:?|enum:?|choice of|can be|may be|i\.e\.|e\.g\.)\s*:?\s*", re.IGNORECASE
)
_QUOTED = re.compile(r"(?:one of:? )?`[^`]+`(?:, `[^`]+`)+")
_LENGTH = re.compile(r"\b(?:max(?:imum)?|up to|at most)\.?\s*(\d+)\s*(?:characters|chars|letters)?\b", re.IGNORECASE)
_SIZE = re.compile(r"^(?:varchar|char|text|string)\s*\((\d+)\)$", re.IGNORECASE)
_DECIMALS = re.compile(r"^(?:numeric|decimal)\s*\((\d+)\s*,\s*(\d+)\)$", re.IGNORECASE)
_VECTOR = re.compile(
    r"\b(\d{2,5})[- ]?(?:dimension(?:s|al)?|dims?|d)\b|^(?:vector|embedding)\s*(?:\((\d{1,5})\)|(\d{2,5}))$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^(-?\d+(?:\.\d+)?)\s*(?:-|–|to|\.\.)\s*(-?\d+(?:\.\d+)?)$")
_BETWEEN = re.compile(r"^between (-?\d+(?:\.\d+)?) and (-?\d+(?:\.\d+)?)$", re.IGNORECASE)
_BOUND = re.compile(r"^(at least|min(?:imum)?|>=?|at most|max(?:imum)?|<=?)\s*(-?\d+(?:\.\d+)?)$", re.IGNORECASE)
_DEFAULT = re.compile(r"^(?:defaults?(?: to| is)?|by default|default:)\s*:?\s*(.+)$", re.IGNORECASE)
_WITHIN = re.compile(
    r"^unique (?:per|within|in|inside|for each|for)\s+(?:each |every |a |an |the |its )?(.+)$", re.IGNORECASE
)

# Words of types, as people and other tools write them.
_TYPES: dict[str, Kind] = {
    "text": "text", "long text": "text", "markdown": "text", "html": "text", "string": "word", "str": "word",
    "short text": "word", "varchar": "word", "char": "word", "word": "word", "name": "word", "title": "word",
    "slug": "slug", "email": "email", "e mail": "email", "mail": "email", "phone": "phone", "url": "url", "link": "url",
    "int": "integer", "integer": "integer", "bigint": "integer", "int8": "integer",
    "big integer": "integer", "long": "integer", "whole number": "integer", "count": "integer",
    "number": "number", "decimal": "decimal", "numeric": "decimal", "float": "decimal", "double": "decimal",
    "money": "money", "amount": "money", "price": "money", "currency amount": "money", "percent": "percentage",
    "percentage": "percentage", "bool": "boolean", "boolean": "boolean", "flag": "boolean", "yes no": "boolean",
    "true false": "boolean", "date": "date", "day": "date", "time": "time", "time of day": "time",
    "timestamp": "moment", "timestamptz": "moment", "datetime": "moment", "date and time": "moment", "moment": "moment",
    "instant": "moment", "period": "period", "time range": "period", "range": "period", "duration": "duration",
    "interval": "duration", "choice": "choice", "enum": "choice", "uuid": "uuid", "guid": "uuid", "json": "json",
    "jsonb": "json", "object": "json", "document": "json", "free form": "json", "file": "file", "image": "file",
    "photo": "file", "blob": "file", "binary": "file", "upload": "file", "ip": "ip", "ip address": "ip",
    "location": "location", "coordinates": "location", "point": "location", "geo": "location", "vector": "vector",
    "embedding": "vector", "tags": "tags", "list of strings": "tags", "list of text": "tags", "labels": "tags",
    "array": "tags", "array of strings": "tags", "array of text": "tags",
    "identifier": "identifier", "id": "identifier", "code": "identifier", "secret": "secret", "password": "secret",
    "hash": "secret",
}  # fmt: skip

_WIDE = frozenset(("bigint", "int8", "big integer", "long"))

# What names say where no type was written: the last word, else any word.
_LAST: dict[str, Kind] = {
    "email": "email", "mail": "email", "phone": "phone", "telephone": "phone", "mobile": "phone", "url": "url",
    "website": "url", "link": "url", "homepage": "url", "slug": "slug", "price": "money", "total": "money",
    "subtotal": "money", "cost": "money", "amount": "money", "fee": "money", "balance": "money", "salary": "money",
    "budget": "money", "rent": "money", "wage": "money", "deposit": "money", "fare": "money", "tax": "money", "revenue": "money", "quantity": "integer", "qty": "integer", "count": "integer",
    "age": "integer", "year": "integer", "stock": "integer", "position": "integer", "rank": "integer",
    "stars": "integer", "seats": "integer", "capacity": "integer", "floor": "integer", "score": "decimal",
    "rating": "integer", "weight": "decimal", "height": "decimal", "width": "decimal", "length": "decimal",
    "temperature": "decimal", "humidity": "decimal", "value": "decimal", "latitude": "decimal",
    "longitude": "decimal", "distance": "decimal", "rate": "percentage", "discount": "percentage",
    "percentage": "percentage", "percent": "percentage", "date": "date", "birthday": "date", "birthdate": "date",
    "deadline": "moment", "at": "moment", "on": "date", "timestamp": "moment", "start": "moment", "end": "moment",
    "begin": "moment", "from": "moment", "until": "moment", "moment": "moment", "time": "moment",
    "duration": "duration", "description": "text", "text": "text", "body": "text", "content": "text",
    "directions": "text", "guidelines": "text", "details": "text", "particulars": "text",
    "terms": "text", "conditions": "text", "contents": "text", "observations": "text",
    "findings": "text", "conclusions": "text", "circumstances": "text", "grounds": "text", "restrictions": "text",
    "specifications": "text", "specs": "text", "dimensions": "text", "measurements": "text", "needs": "text",
    "wishes": "text", "thoughts": "text", "goods": "text", "premises": "text", "lyrics": "text", "initials": "word",
    "headquarters": "word", "credits": "integer", "wins": "integer", "losses": "integer",
    "draws": "integer", "likes": "integer", "dislikes": "integer", "views": "integer", "upvotes": "integer",
    "downvotes": "integer", "downloads": "integer", "clicks": "integer", "impressions": "integer", "lives": "integer",
    "pages": "integer", "beds": "integer", "bedrooms": "integer", "bathrooms": "integer", "floors": "integer",
    "storeys": "integer", "doors": "integer", "attempts": "integer", "retries": "integer",
    "weeks": "integer", "months": "integer", "years": "integer",
    "litres": "decimal", "liters": "decimal", "metres": "decimal", "meters": "decimal", "kilometres": "decimal",
    "kilometers": "decimal", "miles": "decimal", "grams": "decimal", "kilograms": "decimal", "tonnes": "decimal",
    "comment": "text", "remark": "text", "remarks": "text", "message": "text", "notes": "text", "note": "text", "bio": "text", "summary": "text",
    "address": "text", "password": "secret", "secret": "secret", "token": "secret", "sku": "identifier",
    "isbn": "identifier", "barcode": "identifier", "ean": "identifier", "iban": "identifier", "vin": "identifier", "code": "identifier",
    "number": "identifier", "id": "identifier", "reference": "identifier", "serial": "identifier",
    "photo": "file", "picture": "file", "image": "file", "avatar": "file", "file": "file", "attachment": "file",
    "ip": "ip", "location": "location", "coordinates": "location", "embedding": "vector", "vector": "vector",
    "tags": "tags", "labels": "tags", "keywords": "tags", "metadata": "json", "settings": "json",
    "preferences": "json", "payload": "json", "attributes": "json", "properties": "json", "data": "json",
    "status": "choice", "state": "choice", "bonus": "money", "tip": "money", "surcharge": "money", "commission": "decimal",
    "points": "integer", "reps": "integer", "calories": "integer", "bpm": "integer", "mileage": "integer", "odometer": "integer",
    "probability": "decimal", "voltage": "decimal", "consumption": "decimal", "emissions": "decimal", "speed": "decimal",
    "altitude": "decimal", "elevation": "decimal", "pressure": "decimal", "depth": "decimal", "hours": "decimal",
    "minutes": "integer", "days": "integer", "anniversary": "date", "instructions": "text", "diagnosis": "text",
    "biography": "text", "feedback": "text",
    **dict.fromkeys(
        ("active", "enabled", "disabled", "verified", "visible", "archived", "published", "paid", "featured", "locked",
         "approved", "confirmed", "cancelled", "completed"), "boolean",
    ),
}  # fmt: skip
# What two words say that the last alone does not.
_TWO: dict[tuple[str, str], Kind] = {
    ("ip", "address"): "ip", ("email", "address"): "email", ("mail", "address"): "email", ("opening", "times"): "text",
    ("office", "hours"): "text", ("visiting", "hours"): "text", ("opening", "hours"): "text", ("business", "hours"): "text", ("api", "key"): "secret",
    ("credit", "limit"): "money", ("spending", "limit"): "money", ("meter", "reading"): "decimal",
    ("sort", "order"): "integer", ("display", "order"): "integer",
    **{(one, "number"): "phone" for one in ("phone", "telephone", "mobile", "cell", "fax", "whatsapp")},
    **{("last", one): "moment" for one in ("login", "seen", "visit", "access", "activity", "sync", "contact", "used")},
    **{(one, "time"): "duration" for one in (
        "lap", "prep", "preparation", "cooking", "cook", "baking", "resting", "travel", "driving", "waiting", "response", "reaction",
        "lead", "processing", "elapsed", "playing", "handling", "running", "reading", "total",
    )},
}  # fmt: skip
_FIRST: dict[str, Kind] = {"is": "boolean", "has": "boolean", "can": "boolean", "number": "integer", "date": "date"}
_PERSONAL = frozenset(
    [
        "email",
        "mail",
        "phone",
        "telephone",
        "mobile",
        "name",
        "address",
        "birthday",
        "birthdate",
        "birth",
        "ssn",
        "passport",
        "iban",
        "ip",
        "gender",
        "salary",
    ]
)
_IMPERSONAL = frozenset(
    [
        "company",
        "product",
        "file",
        "event",
        "category",
        "group",
        "team",
        "project",
        "brand",
        "domain",
        "table",
        "device",
        "host",
    ]
)
_NULLABLE = frozenset(
    ("optional", "nullable", "may be empty", "can be empty", "may be missing", "not required", "?", "null")
)
_REQUIRED = frozenset(("required", "mandatory", "not null", "always", "must", "not empty"))


# `when it was paid`, `whether they turned up`, `how many hours he did`, `the date they joined`: a field in a clause.
_THEY = r"(?:it|they|he|she|we|one|the [a-z]+|somebody|someone)"
_WAS = r"(?:(?:was|were|is|are|has|have|had|been|must be) )*"
_CLAUSES: tuple[tuple[re.Pattern[str], str, Kind], ...] = (
    (re.compile(rf"^when {_THEY} {_WAS}([a-z]+(?: [a-z]+)?)$", re.IGNORECASE), "{} at", "moment"),
    (re.compile(rf"^(?:the )?(?:date|day) (?:on which |when |that )?{_THEY} {_WAS}([a-z]+(?: [a-z]+)?)$", re.IGNORECASE), "{} on", "date"),
    (re.compile(rf"^(?:the )?time (?:at which |when |that )?{_THEY} {_WAS}([a-z]+(?: [a-z]+)?)$", re.IGNORECASE), "{} at", "moment"),
    (re.compile(rf"^(?:whether|if) {_THEY} {_WAS}([a-z]+(?: [a-z]+)?)$", re.IGNORECASE), "{}", "boolean"),
    (re.compile(r"^who (?:has |had )?([a-z]+ed|made|wrote|sent|paid) (?:it|them|(?:the|an?|each|every) [a-z]+(?: [a-z]+)?)$", re.IGNORECASE), "{} by", "word"),
    (re.compile(r"^([a-z]+) or not$", re.IGNORECASE), "{}", "boolean"),
    (re.compile(r"^(since) when$", re.IGNORECASE), "{}", "moment"),
    (re.compile(r"^how many ([a-z]+)(?: .+)?$", re.IGNORECASE), "{}", "integer"),
    (re.compile(rf"^how much (?:of )?(?:the |an? )?([a-z]+)(?: {_THEY}.*| (?:is|are|was|were) .*)?$", re.IGNORECASE), "{} quantity", "decimal"),
)  # fmt: skip
_TIME_UNITS = "milliseconds|seconds|minutes|hours|days|weeks|months|years"
_UNITS = (
    f"{_TIME_UNITS}|grams|g|kg|kilograms|kilos|tons|tonnes|mm|cm|metres|meters|m|km"
    "|kilometres|kilometers|miles|feet|inches|square metres|square meters|m2|cubic metres|litres|liters|ml|bytes|kb|mb|gb"
    "|degrees|celsius|watts|kw|kwh|kilowatts|mw|hz|hertz|volts|amps|bar|hectares|ha|acres|points|percent|per cent|pixels|cents"
)
_WHOLE = re.compile(
    r"^(?:milliseconds|seconds|minutes|days|weeks|months|years|bytes|points|pixels|cents)$", re.IGNORECASE
)
_IN_UNITS = re.compile(rf"^(.+?),? (?:(?:expressed|measured|given|counted) )?in ({_UNITS})$", re.IGNORECASE)
# `a number within its show`: what tells one from the others of the same whole.
_INSIDE = re.compile(
    r"^((?:an? |the |its )?(?:[\w-]+ )?(?:number|position|code|label|name|index|place|rank|slug|key)) (?:within|inside) (?:its|the|each|every|their|one|an?) ([\w-]+(?: [\w-]+)?)$",
    re.IGNORECASE,
)
_AMOUNT = r"-?\d+(?:\.\d+)?"
# `duration of 15 to 120 minutes`, `rating from 1 to 5`, `age of at least 18`
_SPREAD = re.compile(
    rf"(.+?),? (?:(?:(?:of )?(?:between|from)|of) ({_AMOUNT})(?: and | to | ?- ?)({_AMOUNT})|(?:of )?((?:at least|at most|up to) {_AMOUNT}))"
    rf"(?: ({_UNITS}))?$",
    re.IGNORECASE,
)
_FEW = re.compile(r"^(.+?),? (?:of|with|in|has|having) (\d) (?:dimensions?|dims?)$", re.IGNORECASE)
_SLASHED = re.compile(r"^([\w-]+) ([\w -]+(?:/[\w -]+){2,})$")  # `status new/in progress/done`
_TAIL = re.compile(r"^(.+?) (unique|optional|nullable|required|mandatory)!?$", re.IGNORECASE)
_NULL = re.compile(r"^(.+?) (?:(int|integer|text|date|timestamp|bool|boolean) )?(null|not null)$", re.IGNORECASE)


# `the price that the customer paid` is the price.
_RELATIVE = re.compile(
    r"^(.+?),? (?:what|that|which|who) (?:the |an? )?[a-z]+ (?:has |have |had |was |is )?[a-z]+$", re.IGNORECASE
)


def _clause(head: str) -> tuple[str, Kind] | None:
    """The name and kind of a field that is told in a clause."""
    for pattern, name, kind in _CLAUSES:
        match = pattern.match(head.strip())
        if match is not None:
            return name.format(match[1].lower()), kind
    return None


def field_of(phrase: str, *, line: int = 0, type_: str = "", notes: tuple[str, ...] = ()) -> Field | None:
    """A field from `a total in EUR`, `status (pending, paid, shipped)`, `email: unique, optional`; None where there is
    no name. `type_` and `notes` are cells of a table."""
    text = re.sub(r"\*|`(?![^()]*\))", "", phrase).strip().rstrip(".")  # in brackets back quotes mark values
    remarks = list(notes)
    head, colon, tail = _cut(text)
    if colon:
        remarks = [tail, *remarks] if "(" not in head else [*remarks, tail]
    while (match := re.search(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", head)) is not None:
        remarks.insert(0, match[1])
        head = f"{head[: match.start()]} {head[match.end() :]}".strip()
    optional = bool(re.match(r"(?:an? )?optional(?:ly)?\b", head, re.IGNORECASE)) or head.rstrip().endswith("?")
    unique = bool(re.match(r"^(?:an?\s+)?unique\s", head, re.IGNORECASE))
    if (inside := _INSIDE.match(head)) is not None:
        head = inside[1]
        remarks.append(f"unique within {inside[2]}")
    if (slashed := _SLASHED.match(head)) is not None:
        head = slashed[1]
        remarks.append(", ".join(slashed[2].split("/")))
    for pattern in (_NULL, _TAIL):
        if (tail_ := pattern.match(head)) is not None and tail_[1].lower() not in ("a", "an", "the", "not"):
            head = tail_[1]
            remarks += [one for one in tail_.groups()[1:] if one]
    head = re.sub(
        r"^(?:an?\s+)?(?:optional(?:ly)?|unique|required|mandatory)\s+(?:an?\s+)?", "", head, flags=re.IGNORECASE
    )
    head = head.rstrip("? ")
    currency = _CURRENCY.search(head)
    kind: Kind | None = None
    code = ""
    if currency is not None:
        code = currency[1] or _SIGNS[currency[2]]
        head = re.sub(rf"\s*(?:\bin\b|\bof\b)?\s*(?:{re.escape(currency[0])})", "", head).strip()
        kind = "money"
    spread = _SPREAD.match(head)
    if spread is not None:
        head = re.sub(r"^number of ", "", bare(spread[1]), flags=re.IGNORECASE) + (
            f" in {spread[5]}" if spread[5] else ""
        )
        remarks.append(f"between {spread[2]} and {spread[3]}" if spread[2] else _bound(spread[4]))
    tailed = re.match(r"(.+?) (?:as|which is|that is|in) (?:an? )?([a-z ]+)$", head, re.IGNORECASE)
    if tailed and tailed[2].lower() in _TYPES:
        head, kind = tailed[1], kind or _TYPES[tailed[2].lower()]
    if _clause(head) is None:
        head = _RELATIVE.sub(r"\1", head)
    head = re.sub(
        r"^(an? |the )?(?:short|brief|free|plain|longer?) (?=(?:text |)(?:description|text|comment|bio|note|notes|summary|explanation)$)",
        r"\1",
        head,
        flags=re.IGNORECASE,
    )
    unit = _IN_UNITS.match(head)
    if unit is not None:
        head, kind = unit[1], kind or ("integer" if _WHOLE.match(unit[2]) else "decimal")
    told_in = _clause(head)
    if told_in is not None:
        head, kind = told_in
    few = _FEW.match(head)  # a single digit is of an embedding only: `a size of 3 dimensions` is no vector
    if few is not None and kind_by_name(named(few[1])) == "vector":
        head = few[1]
        remarks.append(f"vector ({few[2]})")
    name = named(bare(head))
    if not name:
        return None
    field = Field(
        name=name, kind=kind or kind_by_name(name), required=not optional, unique=unique, currency=code, line=line,
        comment=f"In {unit[2]}" if unit else "",
    )  # fmt: skip
    if type_:
        field = _remarked(field, type_)
    for remark in remarks:
        field = _remarked(field, remark)
    if field.kind == "choice" and not field.values and not type_:
        field = replace(field, kind="word") if name.split()[-1] not in ("status", "state") else field
    return replace(field, personal=field.personal or _is_personal(name))


def _bound(words: str) -> str:
    return re.sub(r"^up to", "at most", words, flags=re.IGNORECASE)


def lasting(words: str, *, line: int) -> Field | None:
    """How long something lasts: `15 to 120 minutes`, `at most 3 hours`, `a number of days`."""
    match = re.fullmatch(rf"(?:(?:a number of|some|several) |(.+) )({_TIME_UNITS})", words.strip(), re.IGNORECASE)
    if match is None:
        return None
    bounds = re.sub(r"^(?:from )?(?=\d)", "of ", match[1] or "", flags=re.IGNORECASE)
    found = field_of(" ".join(filter(None, ("duration", bounds, "" if match[1] else "in", match[2]))), line=line)
    return found if found is not None and found.name == "duration" else None


def _cut(text: str) -> tuple[str, str, str]:
    """Before and after the first colon or dash that stands outside parentheses."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and (character == ":" or text[position : position + 3] in (" - ", " – ", " — ")):
            skip = 1 if character == ":" else 3
            return text[:position].strip(), character, text[position + skip :].strip()
    return text, "", ""


@cache
def words_of_kind(kind: Kind) -> frozenset[str]:
    """The words that say of what kind a field is: `price` and `amount` of money. Short text has none of its own."""
    return frozenset(word for word, told in _TYPES.items() if told == kind and kind != "word")


def kind_by_name(name: str) -> Kind:
    """What a name says of its values."""
    words = english.split(name)
    if not words:
        return "word"
    if words[0] in _FIRST and len(words) > 1 and (words[0] != "number" or words[1] == "of"):
        return _FIRST[words[0]]
    if "per" in words[1:]:  # `price per night`
        words = words[: words.index("per", 1)]
    if ("number", "of") in pairwise(words):  # `maximum number of participants`
        return "integer"
    if len(words) > 1 and words[:2] == ("year", "of"):
        return "integer"
    if len(words) > 1 and words[0] == "time" and words[1] in ("in", "out", "of"):
        return "moment"
    if len(words) > 1 and words[:2] in (("date", "of"), ("day", "of")):
        return "date"
    last, before = words[len(words) - 1], words[-2] if len(words) > 1 else ""
    if last == "rate" and before:
        return _RATES.get(before, "percentage")
    if kind := _TWO.get((before, last)):
        return kind
    kind = _LAST.get(last, "word")
    if (
        _DONE.fullmatch(last) and _LAST.get(before) in _MEASURES
    ):  # `price charged`, `amount paid`, and no `email verified`
        kind = _LAST[before]
    several = kind == "word" and not _EXTREMES.isdisjoint(words[:1]) and english.singular(last) != last
    return "integer" if several else kind  # `max participants`


_MEASURES = frozenset(("money", "date", "moment", "integer", "decimal", "percentage", "duration"))
_EXTREMES = frozenset(("max", "maximum", "min", "minimum", "expected", "estimated", "remaining"))


# What a rate is by the word before it; of anything else it is a share.
_RATES: dict[str, Kind] = {
    **dict.fromkeys(
        ("hourly", "daily", "weekly", "monthly", "nightly", "yearly", "annual", "hour", "day", "night", "week", "month",
         "base", "flat", "room", "rental", "labour", "labor", "pay", "billing", "freelance", "mileage", "overtime", "shipping"),
        "money",
    ),
    **dict.fromkeys(
        ("exchange", "heart", "pulse", "respiratory", "breathing", "frame", "sample", "sampling", "refresh", "bit",
         "baud", "flow", "clock", "burn"),
        "decimal",
    ),
}  # fmt: skip
_DONE = re.compile(r"[a-z]{2,}ed|paid|sent|sold|given|taken|spent")

# Nouns of values of which nothing says what sort they are.
_VALUE_NOUNS = frozenset(
    """
    name title type kind category colour color size gender label barcode result outcome grade answer unit model make brand version
    level priority severity residual phase period region depth elevation gain frequency condition reason remark signature
    initials surname nickname language currency nationality
    """.split()  # noqa: SIM905
)


def names_a_value(name: str) -> bool:
    """Whether a name is a value's by its last word, and no thing's that has rows of its own."""
    words = english.split(name.partition(" of ")[0])
    return bool(words) and (kind_by_name(name) != "word" or english.singular(words[-1]) in _VALUE_NOUNS)


def says_by_name(name: str) -> bool:
    """Whether a name says what its values are: `notes` are a text and `points` a count, `allergies` may be anything."""
    words = english.split(name)
    return bool(words) and (words[-1] in _LAST or kind_by_name(name) != "word")


def _is_personal(name: str) -> bool:
    words = set(english.split(name))
    if words & _IMPERSONAL:
        return False
    return bool(words & (_PERSONAL - {"name"})) or words in ({"first", "name"}, {"last", "name"}, {"full", "name"})


def _remarked(field: Field, remark: str) -> Field:
    """`field` with what a remark says: attributes, a type, bounds, else the values of a choice."""
    text = remark.strip().strip(".")
    if not text:
        return field
    if _QUOTED.fullmatch(text):  # in back quotes they are values, whatever else the words may mean
        return replace(field, kind="choice", values=tuple(dict.fromkeys(re.findall(r"`([^`]+)`", text))))
    whole = _attribute(field, text)
    if whole is not None:
        return whole
    parts = listed(_VALUES.sub("", text))
    if len(parts) == 1 and re.search(r"\s(?:or|/|\|)\s|\w[/|]\w", text):
        parts = [one.strip() for one in re.split(r"\s+or\s+|\s*[/|]\s*", _VALUES.sub("", text))]
    parts = [piece for part in parts for piece in re.split(r"^or\s+|\s+or\s+", part) if piece]
    known: list[Field] = []
    values: list[str] = []
    if (
        len(parts) > 2
        and all(re.fullmatch(r"[A-Za-z]{1,3}", part) for part in parts)
        and any(_attribute(field, part) is None for part in parts)
    ):
        return replace(field, kind="choice", values=tuple(parts))  # S, M, L are sizes, and none is a metre
    for part in parts:
        changed = _attribute(field, part)
        if changed is None:
            values.append(_value(part))
        else:
            field = changed
            known.append(changed)
    if len(values) >= 2 or (values and _VALUES.match(text)):
        return replace(field, kind="choice", values=tuple(dict.fromkeys(values)))
    if values:
        return replace(field, comment="; ".join(filter(None, (field.comment, values[0]))))
    return field


def _value(text: str) -> str:
    return text.strip().strip("'\"`“”").removeprefix("or ").strip()


def _attribute(field: Field, text: str) -> Field | None:
    """`field` with one attribute; None where the words are none."""
    part = re.sub(
        r"^(?:is|are|must be|has to be) (?=unique|optional|required|mandatory)", "", text.strip().strip("*`!").strip()
    )
    lower = " ".join(part.lower().replace("_", " ").replace("-", " ").split())
    if lower in _NULLABLE:
        return replace(field, required=False)
    if lower in _REQUIRED:
        return replace(field, required=True)
    if lower in ("unique", "globally unique"):
        return replace(field, unique=True)
    if (match := _WITHIN.match(part)) is not None:
        return replace(field, unique=True, within=tuple(named(one) for one in listed(match[1])))
    if lower in ("pk", "primary key", "key"):
        return replace(field, unique=True, required=True)
    if lower in ("personal", "pii", "personal data"):
        return replace(field, personal=True)
    if lower in _TYPES:
        return replace(field, kind=_TYPES[lower], wide=lower in _WIDE)
    if re.fullmatch(rf"(?:in )?(?:{_UNITS}|min|mins|sec|secs|h)", lower):
        whole = lower.startswith("min") or _WHOLE.match(lower.removeprefix("in "))
        return replace(field, kind="integer" if whole else "decimal", comment=f"In {lower.removeprefix('in ')}")
    if (match := _SIZE.match(part)) is not None:
        return replace(field, kind="word", length=int(match[1]))
    if (match := _DECIMALS.match(part)) is not None:
        return replace(field, kind="money" if field.kind == "money" else "decimal", scale=int(match[2]))
    if (match := _VECTOR.search(part)) is not None:
        return replace(field, kind="vector", dimensions=int(match[1] or match[2] or match[3]))
    if (match := _CURRENCY.fullmatch(part)) is not None or (
        match := re.fullmatch(rf"(?:in|money) {_CURRENCY.pattern}", part)
    ):
        return replace(field, kind="money", currency=match[1] or _SIGNS[match[2]])
    if (match := _LENGTH.fullmatch(part)) is not None and field.kind in ("word", "text", "slug", "identifier", "email"):
        return replace(field, length=int(match[1]))
    if (match := _RANGE.match(part) or _BETWEEN.match(part)) is not None:
        kind = field.kind if field.kind in ("integer", "decimal", "money", "percentage") else "integer"
        return replace(field, kind=kind, minimum=match[1], maximum=match[2])
    if (match := _BOUND.match(part)) is not None:
        low = match[1].lower().startswith(("at least", "min", ">"))
        bound = f"{match[1]}{match[2]}" if match[1] in ("<", ">") else match[2]
        return replace(field, minimum=bound) if low else replace(field, maximum=bound)
    if lower in ("positive", "> 0"):
        return replace(field, minimum=">0")
    if lower in ("not negative", "non negative", "never negative", ">= 0"):
        return replace(field, minimum="0")
    if (match := _DEFAULT.match(part)) is not None:
        return replace(field, default=_value(match[1]))
    if lower.startswith(("computed", "derived", "calculated", "=")):
        return replace(
            field,
            derived=re.sub(
                r"^(?:computed|derived|calculated)\s*(?:from|as|:)?\s*|^=\s*", "", part, flags=re.IGNORECASE
            ),
        )
    return None


def bounded(field: Field, words: str) -> Field | None:
    """`field` with what a sentence says of it: `between 1 and 5`, `at least 18`, `positive`; None for anything else."""
    text = words.strip()
    if (match := re.match(r"(?:greater|more|larger|higher) than (-?\d+(?:\.\d+)?)$", text, re.IGNORECASE)) is not None:
        return replace(field, minimum=f">{match[1]}")
    if (match := re.match(r"(?:less|smaller|lower|fewer) than (-?\d+(?:\.\d+)?)$", text, re.IGNORECASE)) is not None:
        return replace(field, maximum=f"<{match[1]}")
    if match := re.match(
        r"(?:no|not) (?:more|longer|greater) than (\S+)(?: characters| letters)?$", text, re.IGNORECASE
    ):
        limit = number(match[1])
        if limit is None:
            return None
        return replace(field, length=int(limit)) if field.kind in ("word", "text") else replace(field, maximum=match[1])
    found = _attribute(field, text)
    return (
        found
        if found is not None
        and (found.minimum, found.maximum, found.length) != (field.minimum, field.maximum, field.length)
        else None
    )


# Heads of the columns of a table of fields, by what they hold.
_HEADS: Mapping[str, str] = {
    "field": "name", "name": "name", "column": "name", "attribute": "name", "property": "name", "type": "type",
    "kind": "type", "data type": "type", "required": "required", "mandatory": "required", "optional": "optional",
    "nullable": "optional", "null": "optional", "unique": "unique", "notes": "notes", "note": "notes",
    "description": "comment", "comment": "comment", "constraints": "notes", "values": "notes", "default": "default",
    "example": "example", "remarks": "notes", "key": "key",
}  # fmt: skip
_YES = frozenset(("yes", "y", "x", "true", "✓", "✔", "required", "unique", "1"))


def heads(cells: tuple[str, ...]) -> dict[str, int] | None:
    """Which column of a table holds what; None where it is no table of fields."""
    found = {_HEADS[key]: number_ for number_, cell in enumerate(cells) if (key := named(cell)) in _HEADS}
    return found if "name" in found and len(found) > 1 else None


def field_of_row(cells: tuple[str, ...], columns: Mapping[str, int], *, line: int) -> Field | None:
    """The field of a row of such a table."""

    def cell(what: str) -> str:
        at = columns.get(what)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    exact = re.fullmatch(r"`([^`]+)`", cell("name"))
    if exact is not None and english.split(exact[1]):  # the very name, whatever its words mean elsewhere
        field = Field(name=" ".join(english.split(exact[1])), line=line)
        for remark in filter(None, (cell("type"), cell("notes"))):
            field = _remarked(field, remark)
    else:
        found = field_of(cell("name"), line=line, type_=cell("type"), notes=tuple(filter(None, [cell("notes")])))
        if found is None:
            return None
        field = found
    if "required" in columns:
        field = replace(field, required=cell("required").lower() in _YES)
    if "optional" in columns:
        field = replace(field, required=cell("optional").lower() not in _YES)
    if cell("unique").lower() in _YES or "pk" in cell("key").lower() or "unique" in cell("key").lower():
        field = replace(field, unique=True)
    if cell("default"):
        field = replace(field, default=cell("default"))
    return replace(field, comment=cell("comment") or field.comment)
