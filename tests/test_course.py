"""What is to be done, from plain values: files beside a history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.migrate.course import numbers_back, way_ahead, way_back
from dbarchitect.model.journal import Journal, Progressed, Run, StepRecord, step_checksum
from dbarchitect.model.plan import Migration, Step


def migration(number: int, steps: int = 2, *, down: bool = True, marked: bool = True) -> Migration:
    up = tuple(Step(sql=(f"up {number}.{one}",)) for one in range(1, steps + 1))
    back = tuple(Step(sql=(f"down {number}.{one}",), undoes=one * marked) for one in range(steps, 0, -1))
    return Migration(id=f"{number:04}", name=f"m{number}", up=up, down=back if down else None, checksum=f"sum {number}")


def run(of: Migration, number: int, state: str = "done", *, done: int | None = None, plan: str = "p") -> Run:
    steps = len(of.up) if done is None else done
    return Run(
        number=number, plan=plan, id=of.id, name=of.name, checksum=of.checksum, state=state, steps=len(of.up),
        records=tuple(
            StepRecord(number=one, state="done", checksum=step_checksum(of.up[one - 1])) for one in range(1, steps + 1)
        ),
    )  # fmt: skip


ONE, TWO, THREE = (migration(number) for number in (1, 2, 3))


def test_what_the_database_has_not_is_applied() -> None:
    assert way_ahead([ONE, TWO], Journal()).migrations == (ONE, TWO)
    assert way_ahead([ONE, TWO], Journal(runs=(run(ONE, 1),))).migrations == (TWO,)
    assert way_ahead([ONE, TWO], Journal(runs=(run(ONE, 1), run(TWO, 2)))).migrations == ()
    assert way_ahead([ONE, TWO], Journal(), elsewhere=["0001"]).migrations == (TWO,)
    undone = Journal(runs=(run(ONE, 1, "undone"),))
    assert way_ahead([ONE], undone).migrations == (ONE,)


def test_a_plan_that_was_begun_is_gone_on_with_alone() -> None:
    journal = Journal(runs=(run(ONE, 1, "running", done=1), run(TWO, 2, "planned", done=0)))
    ahead = way_ahead([ONE, TWO, THREE], journal)
    assert (ahead.migrations, ahead.plan, ahead.waiting) == ((ONE, TWO), "p", ("0003",))
    # Killed between two migrations, it is still the same plan.
    between = Journal(runs=(run(ONE, 1), run(TWO, 2, "planned", done=0)))
    assert way_ahead([ONE, TWO, THREE], between).migrations == (TWO,)


def test_a_way_back_is_finished_first() -> None:
    down = replace(run(ONE, 2, "running", done=0), direction="down", undoes=1)
    journal = Journal(runs=(run(ONE, 1), down))
    assert journal.applied == ()
    with pytest.raises(InputError, match="0001 is half rolled back"):
        way_ahead([ONE], journal)
    assert [leg.run.number for leg in way_back([ONE], journal).legs] == [1]


def test_the_last_ones_are_taken_back_in_reverse() -> None:
    journal = Journal(runs=(run(ONE, 1), run(TWO, 2), run(THREE, 3, "running", done=1)))
    files = [ONE, TWO, THREE]
    assert [leg.run.id for leg in way_back(files, journal).legs] == ["0003"]
    assert [leg.run.id for leg in way_back(files, journal, steps=2).legs] == ["0003", "0002"]
    assert [leg.run.id for leg in way_back(files, journal, to_id="0001").legs] == ["0003", "0002"]
    assert [leg.run.id for leg in way_back(files, journal, to_id="base").legs] == ["0003", "0002", "0001"]
    assert way_back(files, journal, to_id="0003").legs == ()
    with pytest.raises(InputError, match="0009 is not applied"):
        way_back(files, journal, to_id="0009")


def test_a_plan_that_was_not_begun_is_one_thing_to_take_back() -> None:
    journal = Journal(runs=(run(ONE, 1), run(TWO, 2, "planned", done=0)))
    behind = way_back([ONE, TWO], journal)
    assert (behind.legs, [one.id for one in behind.dropped]) == ((), ["0002"])
    assert [leg.run.id for leg in way_back([ONE, TWO], journal, steps=2).legs] == ["0001"]


def test_a_part_is_taken_back_by_the_steps_that_undo_it() -> None:
    three = migration(1, 3)
    assert numbers_back(run(three, 1), three) == (1, 2, 3)
    assert numbers_back(run(three, 1, "running", done=2), three) == (2, 3)
    assert numbers_back(run(three, 1, "running", done=0), three) == ()
    unmarked = migration(1, 3, marked=False)
    assert numbers_back(run(unmarked, 1), unmarked) == (1, 2, 3)
    with pytest.raises(InputError, match="does not say which of these"):
        numbers_back(run(unmarked, 1, "running", done=2), unmarked)
    # Of a backfill that was cut off, what it has filled counts.
    begun = run(three, 1, "running", done=1)
    for rows, expected in ((0, (3,)), (5, (2, 3))):
        position = Progressed(end=("9",), last=("5",), rows=rows)
        record = StepRecord(number=2, state="started", checksum="", position=position)
        assert numbers_back(replace(begun, records=(*begun.records, record)), three) == expected


def test_without_a_way_back_it_is_said_what_there_is() -> None:
    lost = migration(1, down=False)
    with pytest.raises(InputError, match=r"0001 m1 has no way back; done of its 2 steps: 1"):
        way_back([lost], Journal(runs=(run(lost, 1, "running", done=1),)))
    assert way_back([lost], Journal(runs=(run(lost, 1, "running", done=0),))).legs  # nothing of it is there


def test_edited_files_are_doubted_and_done_steps_must_stay() -> None:
    edited = replace(ONE, checksum="other")
    (doubt,) = way_ahead([edited, TWO], Journal(runs=(run(ONE, 1),))).doubts
    assert "0001 m1 was edited since it was applied" in doubt.message
    assert "--force" in doubt.error().hint
    changed = replace(edited, up=(Step(sql=("other",)), ONE.up[1]))
    with pytest.raises(InputError, match="edited since its step 1 was done"):
        way_ahead([changed], Journal(runs=(run(ONE, 1, "running", done=1),)))
    with pytest.raises(InputError, match="the folder does not have it any more"):
        way_ahead([TWO], Journal(runs=(run(ONE, 1, "running", done=1),)))


def test_a_late_one_is_doubted() -> None:
    ahead = way_ahead([ONE, TWO, THREE], Journal(runs=(run(ONE, 1), run(THREE, 2))))
    assert ahead.migrations == (TWO,)
    assert "0002 would be applied after 0003" in ahead.doubts[0].message
