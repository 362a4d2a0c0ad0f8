"""A database architect that proves its advice on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .recorder import Recording, record

__all__ = ["Recording", "__version__", "record"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The recorder, when it is first asked for: the command line starts without it."""
    if name in ("Recording", "record"):
        from . import recorder

        return getattr(recorder, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
