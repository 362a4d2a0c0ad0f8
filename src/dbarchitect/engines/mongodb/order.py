"""The order of BSON values, as MongoDB compares and sorts them: first by bracket (types that compare with each other),
then by value. https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/"""

from __future__ import annotations

import datetime
import math
import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

_EPOCH = datetime.datetime(1970, 1, 1)

Order = tuple[int, Any]


def order(value: Any) -> Order:
    """(bracket, what compares within it)."""
    import bson

    match value:
        case bson.MinKey():
            return -1, 0
        case None:
            return 5, 0
        case bool():
            return 40, value
        case float() if math.isnan(value):
            return 10, (0, 0)
        case int() | float():
            return 10, (1, value)
        case bson.Decimal128():
            number: Decimal = value.to_decimal()
            return (10, (0, 0)) if number.is_nan() else (10, (1, number))
        case bson.Code():
            return 65, str(value)
        case str():
            return 15, value.encode("utf-8", "surrogatepass")
        case bson.ObjectId():
            return 35, value.binary
        case datetime.datetime():
            return 45, (
                (value.replace(tzinfo=None) - (value.utcoffset() or datetime.timedelta())) - _EPOCH
            ).total_seconds()
        case bson.DatetimeMS():
            return 45, int(value) / 1000
        case bson.Timestamp():
            return 47, (value.time, value.inc)
        case uuid.UUID():
            return 30, (16, 4, value.bytes)
        case bytes():
            return 30, (len(value), getattr(value, "subtype", 0), bytes(value))
        case bson.Regex() | re.Pattern():
            expression = cast(Any, value)
            return 50, (str(expression.pattern), expression.flags)
        case bson.MaxKey():
            return 127, 0
        case bson.DBRef():
            return order(value.as_doc())
        case Mapping():
            fields = cast("Mapping[str, Any]", value)
            return 20, tuple((*order(one)[:1], name, order(one)[1]) for name, one in fields.items())
        case list() | tuple():
            return 25, tuple(order(one) for one in cast("Sequence[Any]", value))
        case _:
            return 0, 0
