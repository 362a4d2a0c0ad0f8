"""Time series: what follows from their use, measured on tables that are made for it."""

from .advice import Wishes, advise

__all__ = ["Wishes", "advise"]
