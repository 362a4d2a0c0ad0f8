"""What is wrong with a schema: rules, one file each, over plain values. Nothing here reaches a database."""

from .context import Context
from .rule import Rule, review

__all__ = ["Context", "Rule", "review"]
