"""Free text through a language model: what it gives is checked as any other spec. No network: the library's own models
for tests answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic_ai")

from pydantic_ai import models
from pydantic_ai.exceptions import ContentFilterError, ModelHTTPError
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from dbarchitect.api.language import spec_by_model
from dbarchitect.errors import InputError, SurroundingsError

models.ALLOW_MODEL_REQUESTS = False
NOTES = b"we lend books\nto members, you know\nand the moon is made of cheese"
GOOD: dict[str, Any] = {
    "title": "Library",
    "entities": [
        {"name": "book", "fields": [{"name": "title"}], "line": 1},
        {"name": "member", "line": 2},
        {"name": "loan", "line": 1},
    ],
    "relations": [
        {"first": {"entity": "book", "least": 1, "most": 1}, "second": {"entity": "loan"}, "line": 1},
        {"first": {"entity": "member", "least": 1, "most": 1}, "second": {"entity": "loan"}, "line": 2},
    ],
    "unread": [{"text": "the moon is made of cheese", "line": 3}],
}


def answering(*answers: Any) -> tuple[FunctionModel, list[list[ModelMessage]]]:
    """A model that gives these answers one after the other, and what it was asked."""
    asked: list[list[ModelMessage]] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        asked.append(list(messages))
        one = answers[min(len(asked), len(answers)) - 1]
        if isinstance(one, Exception):
            raise one
        if isinstance(one, str):
            return ModelResponse(parts=[TextPart(one)])
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, json.dumps(one))])

    return FunctionModel(answer), asked


def told(messages: list[ModelMessage]) -> list[str]:
    return [str(getattr(part, "content", "")) for part in messages[-1].parts]


def test_what_a_model_reads_is_a_spec_and_is_said_to_be_its_reading() -> None:
    model, asked = answering(GOOD)
    said: list[str] = []
    spec = spec_by_model(NOTES, "notes.txt", model, progress=said.append)
    assert [one.name for one in spec.entities] == ["book", "member", "loan"]
    assert [(one.line, one.text) for one in spec.unread] == [(3, "the moon is made of cheese")]
    assert "read out of it" in spec.assumed[0].what
    assert said == [f"notes.txt (65 bytes) is sent to {model.model_name}"]
    assert told(asked[0])[0].startswith("1: we lend books\n2: to members")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({**GOOD, "relations": [{"first": {"entity": "ship"}, "second": {"entity": "loan"}, "line": 1}]}, "ship"),
        ({"entities": [{"name": "book", "line": 1, "fields": [{"name": "x", "kind": "poem"}]}]}, "poem"),
        ({"entities": [{"name": "book", "line": 40}]}, "the lines 1 to 3"),
        ({"entities": []}, "no entity"),
    ],
)
def test_a_model_is_told_what_is_wrong_and_may_mend_it(wrong: dict[str, Any], why: str) -> None:
    model, asked = answering(wrong, GOOD)
    assert spec_by_model(NOTES, "notes.txt", model).title == "Library"
    assert len(asked) == 2 and any(why in one for one in told(asked[1]))


def test_after_three_attempts_it_is_one_message() -> None:
    model, asked = answering({"entities": [{"name": "book", "line": 40}]})
    with pytest.raises(InputError, match=r"no sound spec.*line 40") as caught:
        spec_by_model(NOTES, "notes.txt", model)
    assert len(asked) == 3 and "larger model" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ("I would rather not.", InputError, "no sound spec"),
        (ContentFilterError("the content was filtered"), InputError, "refuses to read notes.txt"),
        (ModelHTTPError(401, "some", {"error": "bad key"}), SurroundingsError, "did not answer.*401"),
    ],
)
def test_a_model_that_refuses_or_fails_is_one_message(answer: Any, kind: type[Exception], message: str) -> None:
    model, _ = answering(answer)
    with pytest.raises(kind, match=message):
        spec_by_model(NOTES, "notes.txt", model)


def test_the_form_is_one_that_the_library_can_fill() -> None:
    """Its generator of answers fills the schema; what it fills in is refused, since no line of the text says it."""
    with pytest.raises(InputError, match="no sound spec"):
        spec_by_model(NOTES, "notes.txt", TestModel())


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "is empty"), (b"\xff\xfe", "UTF-8"), (b"a\0b", "no text"), (b"x" * 300_000, "bytes")]
)
def test_what_is_no_text_is_not_sent(data: bytes, message: str) -> None:
    model, asked = answering(GOOD)
    with pytest.raises(InputError, match=message):
        spec_by_model(data, "notes.txt", model)
    assert not asked


def test_a_model_without_its_provider_or_name_is_one_message() -> None:
    with pytest.raises(InputError, match="no model that is known"):
        spec_by_model(NOTES, "notes.txt", "nonsense")
    with pytest.raises((InputError, SurroundingsError), match="openai"):
        spec_by_model(NOTES, "notes.txt", "openai:gpt-5")


def test_without_the_library_the_verb_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(NOTES)
    code = (
        "import sys; sys.modules['pydantic_ai'] = None; from dbarchitect.__main__ import main; "
        "sys.argv = ['dba', 'design', 'notes.txt', '--spec', '--model', 'openai:gpt-5']; sys.exit(main())"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 3 and "dbarchitect[ai]" in ran.stderr and "Traceback" not in ran.stderr


def test_without_the_option_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "brief.md").write_text("A user has a name.\n")
    code = (
        "import sys; from pathlib import Path; from dbarchitect.api.design import read_spec; "
        "read_spec(Path('brief.md')); sys.exit('pydantic_ai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path).returncode == 0
