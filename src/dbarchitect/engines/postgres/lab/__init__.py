"""The lab: a private database with rows that were made from the statistics (`lab.py`)."""

from dbarchitect.engines.postgres.lab.lab import LabReport, LabTable, Violation, fill, in_order, violations, volumes

__all__ = ["LabReport", "LabTable", "Violation", "fill", "in_order", "violations", "volumes"]
