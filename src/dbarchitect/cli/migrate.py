"""`dba migrate`: the verbs that change a schema. Each stands in a module of its own, which adds itself here."""

from __future__ import annotations

from cyclopts import App

migrate = App(
    name="migrate",
    help="Plan, lint, rehearse, apply and roll back migrations.",
)
