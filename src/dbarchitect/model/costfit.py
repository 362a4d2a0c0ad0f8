"""The planner's cost parameters fitted to a machine: what was timed, and what the parameters would have to be."""

from __future__ import annotations

from .value import Value


class CostParameter(Value, frozen=True, kw_only=True):
    """One parameter: as it was set, and as it fits."""

    name: str
    before: float
    after: float


class CostSample(Value, frozen=True, kw_only=True):
    """One plan that was timed. `units_before`, `units_after`: its cost by the parameters as they were and as they fit;
    `milliseconds`: the fastest of its runs. `held_out`: the fit did not see it."""

    kind: str
    sql: str
    milliseconds: float
    units_before: float
    units_after: float
    held_out: bool = False


class CostFit(Value, frozen=True, kw_only=True):
    """Cost parameters that make cost proportional to time, where the samples were timed.

    parameters     with seq_page_cost = 1, the planner's unit
    unit_before_ms, unit_after_ms  milliseconds of one unit
    error_before, error_after      median factor by which cost is wrong about time, less one (0.5: half as much too
                                   much, or too little by as much), over the samples held out
    r2_before, r2_after            share of the variance of the logarithm of time that the cost explains, over the same
    notes          what was left out, and what is not fitted
    """

    parameters: tuple[CostParameter, ...]
    samples: tuple[CostSample, ...]
    unit_before_ms: float
    unit_after_ms: float
    error_before: float
    error_after: float
    r2_before: float
    r2_after: float
    notes: tuple[str, ...] = ()

    @property
    def better(self) -> bool:
        """Whether the fitted parameters say more of the time of plans that the fit did not see."""
        return self.error_after < self.error_before and self.r2_after >= self.r2_before
