"""The documentation page of a rule, which is its module's docstring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

SECTIONS = ("What it says", "Why it matters", "What would make it false", "How to mend it")


@dataclass(frozen=True)
class Page:
    """What every rule has: a module, whose name gives the id, and a page in Markdown: a title, then `SECTIONS`."""

    module: str
    page: str | None

    @property
    def id(self) -> str:
        """The file's name, with dashes."""
        return self.module.rpartition(".")[2].replace("_", "-")

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return (self.page or "").partition("\n")[0].rstrip(".")

    def section(self, name: str) -> str:
        """The text under `## name` on the page, "" where there is none."""
        _, found, rest = (self.page or "").partition(f"## {name}\n")
        return rest.partition("\n## ")[0].strip() if found else ""

    @property
    def why(self) -> str:
        """Why it matters, in one paragraph."""
        return _first_paragraph(self, "Why it matters")

    @property
    def unless(self) -> str:
        """What would make it false, in one paragraph."""
        return _first_paragraph(self, "What would make it false")


@cache
def _first_paragraph(page: Page, name: str) -> str:
    return " ".join(page.section(name).partition("\n\n")[0].split())
