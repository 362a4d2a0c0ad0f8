"""At least so many and at most so many: counted at COMMIT, tried, and not got past by two sessions at once."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.sql.script import split_script
from test_design import NOW, decided, tried, wrong

__all__ = ["tried"]

CLUBS = """# Clubs

A team has at least one player. A team has a name. A player has a name. Teams are soft deleted.
A project has exactly 2 reviews. A review has a text. A project has a name.
A student has at most 3 courses. A course has many students. A student has a name. A course has a title.
"""


def clubs() -> Spec:
    return read_brief(CLUBS.encode(), "brief.md").spec


def test_bounds_are_tried_from_both_sides(tried: Any) -> None:
    draft, probes, untried, _ = tried(clubs())
    assert wrong(probes) == []
    assert not untried
    counted = {one.constraint for one in probes if one.kind == "count"}
    assert {"players_team_at_least", "reviews_project_at_least", "reviews_project_at_most"} <= counted
    assert "teams_team_players_at_least" in counted
    assert "student_courses_student_at_most" in counted
    assert any("at least 2 and at most 2 review" in one for one in decided(draft, "constraint"))
    assert not any("at least" in one for one in decided(draft, "not enforced"))


@pytest.mark.parametrize(
    ("taken", "instead", "caught"),
    [
        ("AFTER INSERT ON teams", "AFTER UPDATE ON teams", "teams_team_players_at_least"),
        ("AFTER DELETE OR UPDATE OF project_id ON reviews", "AFTER UPDATE ON reviews", "reviews_project_at_least"),
        ("> 2 THEN", "> 3 THEN", "reviews_project_at_most"),
        ("> 3 THEN", "> 2 THEN", "student_courses_student_at_most"),
    ],
)
def test_a_bound_that_is_not_kept_is_caught(taken: str, instead: str, caught: str, tried: Any) -> None:
    draft, _ = designed(clubs(), now=NOW)
    sql = script(draft, "x")
    assert taken in sql
    _, probes, _, _ = tried(clubs(), sql.replace(taken, instead))
    assert caught in {one.constraint for one in probes if not one.holds}


def test_two_sessions_do_not_each_add_the_last_one(server: Server) -> None:
    draft, _ = designed(clubs(), now=NOW)
    server.create_database("clubs")
    load(server, "clubs", split_script(script(draft, "x"), "schema.sql"))
    add = "INSERT INTO public.reviews (project_id, text) VALUES (1, 'x')"
    now = "SET CONSTRAINTS public.reviews_project_at_most IMMEDIATE"
    found: list[str] = []
    with server.connect("clubs") as setup:
        setup.execute("SET session_replication_role = origin")  # as an application's: triggers fire
        with setup.transaction():
            setup.execute("INSERT INTO public.projects (name) VALUES ('p')")
            setup.execute(add.encode())
            setup.execute(add.encode())
        with pytest.raises(psycopg.errors.CheckViolation), setup.transaction():
            setup.execute(b"DELETE FROM public.reviews WHERE id = (SELECT min(id) FROM public.reviews)")
        setup.execute("ALTER TABLE public.reviews DISABLE TRIGGER reviews_project_at_least")
        setup.execute("DELETE FROM public.reviews WHERE id = (SELECT min(id) FROM public.reviews)")
    with server.connect("clubs") as one, server.connect("clubs") as other:
        for session in (one, other):
            session.execute("SET session_replication_role = origin")

        def second() -> None:
            try:
                with other.transaction():
                    other.execute(add.encode())
                    other.execute(now.encode())  # waits for the first
            except psycopg.errors.CheckViolation as err:
                found.append(err.diag.constraint_name or "")

        with one.transaction():
            one.execute(add.encode())
            one.execute(now.encode())
            waiting = threading.Thread(target=second)
            waiting.start()
        waiting.join(120)
        assert found == ["reviews_project_at_most"]
        row = one.execute("SELECT count(*) FROM public.reviews").fetchone()
        assert row == (2,)
