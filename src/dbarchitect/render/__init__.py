"""From a review to what people and tools read. Every format starts from the same value; none asks a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

if TYPE_CHECKING:  # `dba --help` needs the names of the formats and nothing that is heavy
    from dbarchitect.model.finding import Review

Format = Literal["text", "json", "sarif", "github", "markdown", "junit"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Where text goes: how many columns, whether it shows colour, whether it can show more than ASCII."""

    width: int = 100
    color: bool = False
    unicode: bool = True


class Page(Protocol):
    """A rule's page, as the rule mechanism gives it."""

    @property
    def id(self) -> str:
        """The rule's id."""
        ...

    @property
    def severity(self) -> str:
        """Its usual severity."""
        ...

    @property
    def needs(self) -> str:
        """What it must have to speak, in words; empty for structure alone."""
        ...

    @property
    def text(self) -> str:
        """The page itself: its first line is the summary."""
        ...


def render_review(
    review: Review,
    form: Format,
    *,
    screen: Screen,
    pages: Sequence[Page] = (),
    root: Path,
    version: str,
) -> str:
    """The review as `form`, ending in a newline.

    `screen` is for text alone; `pages` give SARIF its rules' help; file names are made relative to `root`.
    """
    # Imported one at a time: the text renderer brings rich, which the others do not need.
    match form:
        case "text":
            from dbarchitect.render.text import render_text

            return render_text(review, screen)
        case "json":
            from dbarchitect.render.json import render_json

            return render_json(review, version=version)
        case "sarif":
            from dbarchitect.render.sarif import render_sarif

            return render_sarif(review, pages=pages, root=root, version=version)
        case "github":
            from dbarchitect.render.github import render_github

            return render_github(review, root=root)
        case "markdown":
            from dbarchitect.render.markdown import render_markdown

            return render_markdown(review)
        case "junit":
            from dbarchitect.render.junit import render_junit

            return render_junit(review, root=root)
