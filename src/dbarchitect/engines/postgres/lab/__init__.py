"""The lab: a private database with rows that were made from the statistics (`lab.py`)."""

from dbarchitect.engines.postgres.lab.lab import LabReport, LabTable, fill
from dbarchitect.engines.postgres.lab.violations import Violation, violations
from dbarchitect.engines.postgres.lab.volumes import in_order, volumes

__all__ = ["LabReport", "LabTable", "Violation", "fill", "in_order", "violations", "volumes"]
