"""One function a verb: source -> model -> analysis -> proof. The only place where the rooms are wired together."""

from .check import (
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
from .mend import FixOptions

__all__ = [
    "CheckOptions",
    "Demonstration",
    "FixOptions",
    "OpenTwin",
    "RulePage",
    "TwinSummary",
    "WhatIf",
    "check",
    "demo",
    "rule_pages",
    "twin_create",
    "twin_info",
    "twin_open",
    "twin_scale",
]
