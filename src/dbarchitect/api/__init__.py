"""One function a verb: source -> model -> analysis -> proof. The only place where the rooms are wired together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mend import FixOptions
    from .pages import check_pages, pages_for
    from .schema import (
        CheckOptions,
        Demonstration,
        OpenTwin,
        RulePage,
        TwinSummary,
        WhatIf,
        check,
        demo,
        rule_pages,
        twin_create,
        twin_info,
        twin_open,
        twin_scale,
    )

__all__ = [
    "CheckOptions",
    "Demonstration",
    "FixOptions",
    "OpenTwin",
    "RulePage",
    "TwinSummary",
    "WhatIf",
    "check",
    "check_pages",
    "demo",
    "pages_for",
    "rule_pages",
    "twin_create",
    "twin_info",
    "twin_open",
    "twin_scale",
]


def __getattr__(name: str) -> Any:
    """The verbs around a schema, when one is first asked for: the other verbs start without them."""
    if name in ("check_pages", "pages_for"):
        from . import pages

        return getattr(pages, name)
    if name in __all__:
        from . import schema as verbs

        return getattr(verbs, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
