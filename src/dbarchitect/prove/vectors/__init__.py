"""Which index serves vectors, found by building and searching some on a sample of them."""

from .advice import FEWEST, Given, advise
from .trials import candidates, index_sql

__all__ = ["FEWEST", "Given", "advise", "candidates", "index_sql"]
