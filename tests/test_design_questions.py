"""What a brief leaves open is asked on a terminal, and answers stand in the brief afterwards."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dbarchitect.api.design import read_spec, write_answers
from dbarchitect.design.questions import Question, questions
from dbarchitect.design.spec import Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.errors import InputError
from test_design import NOW

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in ROOT.glob("examples/*/brief.md"))
BRIEF = """# Rooms

A company has many rooms. A company has a name and an email. A room has many bookings.
A booking has a start and an end. A room has a name.

## Access patterns

- list a room's bookings, newest first
"""


def asked(spec: Spec) -> dict[str, Question]:
    return {one.about: one for one in questions(spec)}


def of(text: str, tmp_path: Path) -> Spec:
    path = tmp_path / "brief.md"
    path.write_text(text)
    return read_spec(path)


def test_what_changes_most_comes_first(tmp_path: Path) -> None:
    found = questions(of(BRIEF, tmp_path))
    assert [one.changes for one in found] == sorted((one.changes for one in found), reverse=True)
    about = [one.about for one in found]
    assert about[0] == "tenant company"
    assert {"ids", "deletion room booking", "rows booking", "unique company email"} <= set(about)
    assert len(about) <= 6


def test_only_the_notes_leave_nothing_to_ask() -> None:
    silent = [name for name in EXAMPLES if not questions(read_spec(ROOT / "examples" / name / "brief.md"))]
    assert silent == ["notes"]


@pytest.mark.parametrize("name", [one for one in EXAMPLES if one != "notes"])
@pytest.mark.parametrize("which", [0, -1])
def test_answers_are_read_again_and_nothing_is_asked_twice(name: str, which: int, tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_text((ROOT / "examples" / name / "brief.md").read_text())
    before = read_spec(path)
    found = questions(before)
    assert found
    sentences = [one.said(one.options[which].answer if one.options else "3 million") for one in found]
    assert all(sentences)
    write_answers(path, [one for one in sentences if one])
    after = read_spec(path)
    assert [one.name for one in after.entities] == [one.name for one in before.entities]
    assert len(after.unread) == len(before.unread)
    assert questions(after) == ()
    assert not {one.about for one in questions(after, again=True)} & {one.about for one in found}
    old, new = (script(designed(one, now=NOW)[0], "x") for one in (before, after))
    # What stands in brackets is what holds without an answer; the other answers change the schema.
    assert (old == new) == (which == 0)


def test_each_answer_means_what_it_says(tmp_path: Path) -> None:
    spec = of(BRIEF, tmp_path)
    found = asked(spec)
    path = tmp_path / "brief.md"
    said = {
        "tenant company": "yes", "deletion room booking": "d", "unique company email": "no", "rows booking": "20k",
    }  # fmt: skip
    write_answers(path, [found[about].said(answer) or "" for about, answer in said.items()])
    after = read_spec(path)
    assert (after.surroundings.tenancy, after.surroundings.tenant) == ("shared", "company")
    assert {(one.second.entity, one.on_delete) for one in after.relations} >= {("booking", "cascade")}
    company = after.entity("company")
    assert company is not None
    assert {one.name for one in company.fields if one.unique} == {"email"}
    assert [(one.entity, one.rows_later) for one in after.volumes] == [("booking", 20_000)]
    assert found["deletion room booking"].said("perhaps") is None
    assert found["rows booking"].said("many") is None


def converse(words: list[str], answers: list[tuple[str, str]], folder: Path) -> tuple[str, int]:
    """Run `dba` on a terminal; each answer is typed once its question stands there. What was shown, and the code."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", *words], stdin=follower, stdout=follower, stderr=follower, cwd=folder,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "200"}, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    shown, waiting, end = "", list(answers), time.monotonic() + 300
    seen = 0
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([leader], [], [], 0.2)
            if ready:
                try:
                    data = os.read(leader, 65536)
                except OSError:  # the other end is closed
                    break
                if not data:
                    break
                shown += data.decode(errors="replace")
            if waiting and waiting[0][0] in shown[seen:] and shown.rstrip("\r\n").endswith("] "):
                seen = len(shown)
                os.write(leader, f"{waiting.pop(0)[1]}\n".encode())
        return shown, process.wait(60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(leader)


def test_a_terminal_is_asked_once(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text(BRIEF)
    words = ["design", "brief.md", "-o", "out", "--lab-rows", "1000"]
    found = asked(read_spec(brief))
    texts = [one.text for one in found.values()]
    answers = [(texts[0], "?"), (texts[0], "perhaps"), (texts[0], "yes"), *((one, "") for one in texts[1:])]
    shown, code = converse(words, answers, tmp_path)
    assert code == 0, shown
    assert "it changes" in shown  # what ? says
    assert brief.read_text().startswith(BRIEF.rstrip())
    assert "- tenant: company\n" in brief.read_text()
    assert "company_id" in (tmp_path / "out" / "schema.sql").read_text()
    again, code = converse(words, [], tmp_path)
    assert code == 0, again
    assert "[" not in again.partition("designing")[0].partition("tables")[0]
    assert not any(one in again for one in texts)


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text(BRIEF)
    shown, code = converse(["design", "brief.md", "--no-input", "--spec"], [], tmp_path)
    assert code == 0
    assert "[no]" not in shown
    done = subprocess.run(
        [sys.executable, "-m", "dbarchitect", "design", "brief.md", "-o", "out", "--ask"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--ask asks on a terminal" in done.stderr
    assert brief.read_text() == BRIEF


def test_a_spec_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        questions(of("A thing has many parts. A part has many things. A thing has one part.\n", tmp_path))
