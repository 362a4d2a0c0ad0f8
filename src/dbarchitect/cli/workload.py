"""`dba workload`: read logs, spans and recordings. Each verb stands in a module of its own, which adds itself here."""

from __future__ import annotations

from cyclopts import App

workload = App(
    name="workload",
    help="Read what applications asked: logs, spans, recordings, counters.",
)
