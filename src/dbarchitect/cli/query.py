"""`dba query`: the verbs that read queries and plans. Each stands in a module of its own, which adds itself here."""

from __future__ import annotations

from cyclopts import App

query = App(
    name="query",
    help="Read queries and plans: what is wrong with them, and what would be better.",
)
