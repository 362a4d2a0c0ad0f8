"""Text for a terminal: the verdict, the three worst findings with their proof, the rest by object, what next.

The same content without a terminal, only without colour. Everything is built from `rich.text.Text`, never from markup,
so that a table named `[red]` is just that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.model.proof import Level, Proof
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import (
    NOUNS,
    Figure,
    beside,
    by_object,
    figures,
    listed,
    mended,
    next_commands,
    owner,
    plural,
    silent_by_reason,
    standing,
    statements,
    suppressed_by,
    verb,
    verdict,
    worst,
)
from dbarchitect.render.untrusted import line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

_SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_LEVEL_STYLE: dict[Level, str] = {
    "asserted": "dim",
    "planned": "cyan",
    "rehearsed": "green",
    "measured": "bold green",
}

# (unicode, ascii)
_MARKS = {Severity.ERROR: ("✗", "x"), Severity.WARNING: ("▲", "!"), Severity.INFO: ("•", "-")}
_CHECK = ("✓", "ok")
_ARROW = ("→", "->")
_DOT = ("·", "-")
_RULE = ("─", "-")
_EIGHTHS = "▏▎▍▌▋▊▉█"


# A systemic finding may mend a hundred columns; the page is for people.
_STATEMENTS = 5

# Columns before the text of a finding, and those of a label such as "measured".
_INSET = 3
_LABEL = 9


def render_text(review: Review, screen: Screen) -> str:
    """The whole page, ending in a newline."""
    return printed(ReviewPage(screen).parts(review), screen)


class ReviewPage:
    """The parts of a page, laid out for one screen."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.bar_width = 28 if screen.width >= 100 else 20 if screen.width >= 80 else 12

    def glyph(self, pair: tuple[str, str]) -> str:
        return pair[0] if self.screen.unicode else pair[1]

    @property
    def arrow(self) -> str:
        """From before to after."""
        return self.glyph(_ARROW)

    def parts(self, review: Review, *, closing: bool = True) -> list[Part]:
        """The page from the top; `closing` adds what to try next."""
        top = worst(review.findings)
        chosen = {id(one) for one in top}
        rest = [one for one in review.findings if id(one) not in chosen]
        parts: list[Part] = [self.header(review), Text(), *self.verdict(review)]
        if top:
            title = "The worst" if rest else "Findings"
            parts += [Text(), self.heading(title)]
            for number, finding in enumerate(top, 1):
                # What the rule says of itself is said once.
                told = any(one.rule == finding.rule for one in top[: number - 1])
                parts += [Text(), *self.full(number, finding, told=told)]
        if rest:
            parts += [Text(), self.heading(f"The other {len(rest):,}, by object")]
            for name, findings in by_object(rest):
                parts += [Text(), self.object(name, findings)]
        parts += self.mends(review)
        parts += self.silent(review)
        if closing:
            parts += self.next(review, long=len(rest) > 6)
        return parts

    # The parts, top to bottom.

    def header(self, review: Review) -> RenderableType:
        left = Text.assemble((f"{verb(review)} ", "dim"), (line(review.source), "bold"))
        facts = [*dict.fromkeys([line(v) for v in review.environment.values() if v]), plural(review.rules_run, "rule")]
        if not review.environment and review.engine:
            facts.insert(0, line(review.engine))
        right = Text(f" {self.glyph(_DOT)} ".join(facts), style="dim")
        if left.cell_len + right.cell_len + 2 > self.screen.width:
            return Group(left, right)
        left.append(" " * (self.screen.width - left.cell_len - right.cell_len))
        return left.append_text(right)

    def verdict(self, review: Review) -> Iterable[Part]:
        top = max((one.severity for one in review.findings), key=lambda one: one.rank, default=None)
        mark, style = (self.glyph(_CHECK), "bold green")
        if top is not None:
            mark, style = self.glyph(_MARKS[top]), _SEVERITY_STYLE[top]
        yield self.hanging(Text(mark, style=style), Text(verdict(review), style="bold"))
        below = [part for part in (standing(review), suppressed_by(review)) if part]
        if review.silent:
            below.append(plural(len(review.silent), "rule") + " silent, which is not a pass")
        if review.gaps:
            below.append(plural(len(review.gaps), "gap") + ", named below")
        for part in below:
            yield self.hanging(Text(" " * len(mark)), Text(part))

    def heading(self, title: str) -> RenderableType:
        """A title on a rule over the whole width."""
        rule = self.glyph(_RULE)
        text = Text.assemble((rule * 2 + " ", "dim"), (title, "bold"), " ")
        return text.append(rule * max(self.screen.width - text.cell_len, 0), style="dim")

    def full(self, number: int, finding: Finding, *, told: bool) -> Iterable[Part]:
        style = _SEVERITY_STYLE[finding.severity]
        title = Text.assemble(
            (f"{self.glyph(_MARKS[finding.severity])} {NOUNS[finding.severity]}", style),
            "  ",
            (line(finding.at.short), "bold"),
            "  ",
            (finding.rule, "dim"),
        )
        yield self.hanging(Text(f"{number}", style="bold"), title)
        body: list[RenderableType] = [self.message(finding)]
        if finding.why and not told:
            body.append(Text(line(finding.why)))
        if finding.position is not None:
            body.append(Text(line(str(finding.position)), style="dim"))
        body.append(self.proof(finding.proof))
        yield from (self.inset(one) for one in body)
        yield from self.fix(finding)
        if finding.unless and not told:
            yield self.inset(self.labelled("unless", Text(line(finding.unless))))
        if finding.also:
            yield self.inset(self.labelled("also", Text(self.some([line(one.short) for one in finding.also]))))
        if finding.proof.rerun:
            yield self.inset(self.labelled("again", Text(line(finding.proof.rerun), style="cyan")))

    def message(self, finding: Finding) -> Text:
        text = Text(line(finding.message))
        for said in beside(finding):
            text.append(f"  ({line(said)})", style="dim")
        return text

    def proof(self, proof: Proof) -> RenderableType:
        if proof.level == "asserted" and not proof.method:
            said = Text("a rule matched; nothing was run", style="dim")
        else:
            said = Text(line(proof.method))
        if proof.holds is False:
            said.append(" It did not hold.", style="bold yellow")
        shown = figures(proof)
        return self.labelled(
            proof.level, Group(said, self.figures(shown)) if shown else said, style=_LEVEL_STYLE[proof.level]
        )

    def figures(self, shown: Sequence[Figure]) -> RenderableType:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True, justify="right")
        grid.add_column(no_wrap=True)
        alone: list[Text] = []
        for one in shown:
            if not one.before:
                alone.append(Text.assemble((f"{one.label} ", "dim"), one.after))
            elif one.before_share or one.after_share:
                grid.add_row(Text(one.label, style="dim"), Text(one.before), self.bar(one.before_share, "red"))
                after = self.bar(one.after_share, "green")
                if one.gain:
                    after.append(f" {one.gain}", style="bold")
                grid.add_row(
                    Text(self.glyph(_ARROW), style="dim", justify="right"), Text(one.after, style="bold"), after
                )
            else:
                change = Text.assemble(one.before, (f" {self.glyph(_ARROW)} ", "dim"), (one.after, "bold"))
                if one.gain:
                    change.append(f", {one.gain}")
                alone.append(Text.assemble((f"{one.label} ", "dim"), change))
        parts: list[RenderableType] = [grid] if grid.row_count else []
        if alone:
            parts.append(Text(f" {self.glyph(_DOT)} ").join(alone))
        return Group(*parts)

    def bar(self, share: float, style: str) -> Text:
        # What is there at all is seen.
        eighths = max(round(share * self.bar_width * 8), 1) if share > 0 else 0
        if not self.screen.unicode:
            return Text("#" * math.ceil(eighths / 8), style=style)
        whole, part = divmod(eighths, 8)
        return Text(_EIGHTHS[-1] * whole + (_EIGHTHS[part - 1] if part else ""), style=style)

    def fix(self, finding: Finding) -> Iterable[Verbatim]:
        """The statements, broken only where SQL does not mind: what is copied from the screen must still run."""
        label, indent = "fix", " " * (_INSET + _LABEL + 2)
        fix = statements(finding)
        lines = [text for one in fix[:_STATEMENTS] for text in wrapped_sql(one, self.screen.width - len(indent))]
        if len(fix) > _STATEMENTS:
            lines.append(f"-- and {plural(len(fix) - _STATEMENTS, 'statement')} more: --format json has them all")
        for text in lines:
            margin = f"{'':{_INSET + 1}}{label}".ljust(len(indent))
            yield Verbatim(Text.assemble((margin, "dim"), (text, "green")))
            label = ""

    def object(self, name: str, findings: Sequence[Finding]) -> RenderableType:
        body: list[RenderableType] = [Text(name, style="bold")]
        for one in findings:
            head = Text(one.rule)
            if one.at.sub:
                head.append(f" {self.glyph(_DOT)} {line(one.at.sub)}", style="bold")
            elif owner(one) != line(one.at.short):
                head.append(f" {self.glyph(_DOT)} {line(one.at.short)}", style="bold")
            head.append(f" {self.glyph(_DOT)} ", style="dim")
            head.append(one.proof.level, style=_LEVEL_STYLE[one.proof.level])
            if one.proof.holds is False:
                head.append(" (did not hold)", style="bold yellow")
            if one.position is not None:
                head.append(f" {self.glyph(_DOT)} {line(str(one.position))}", style="dim")
            said = self.message(one)
            brief = [f"{f.label} {f.before} {self.glyph(_ARROW)} {f.after}" for f in figures(one.proof) if f.before][:2]
            if brief:
                said.append("  " + ", ".join(brief), style="bold")
            mark = Text(self.glyph(_MARKS[one.severity]), style=_SEVERITY_STYLE[one.severity])
            body.append(self.hanging(mark, Group(head, said)))
        return Group(*body)

    def mends(self, review: Review) -> Iterable[Part]:
        """What came of each fix: the migration, or why there is none."""
        if not review.mends:
            return
        yield Text()
        yield self.heading(f"Fixes: {mended(review)}")
        for one in review.mends:
            if one.outcome == "none":
                continue
            done = one.outcome == "written"
            mark = Text(self.glyph(_CHECK), style="bold green") if done else Text(self.glyph(_DOT), style="dim")
            head = Text.assemble((line(one.rule), ""), f" {self.glyph(_DOT)} ", (line(one.at.short), "bold"))
            said = [f"proved; written as {line(one.migration)}" if done else f"not written: {line(one.reason)}"]
            said += map(line, one.remarks)
            if one.offenders:
                said.append(f"it fails on the rows of: {line(one.offenders)}")
            yield self.hanging(mark, Group(head, *(Text(text, style="dim") for text in said)))

    def silent(self, review: Review) -> Iterable[Part]:
        if review.silent:
            yield Text()
            yield self.heading("Silent, which is not a pass")
            for reason, rules in silent_by_reason(review.silent):
                yield self.hanging(
                    Text(self.glyph(_DOT), style="dim"), Text.assemble((listed(rules), "bold"), f": {reason}")
                )
        if review.gaps:
            yield Text()
            yield self.heading("Gaps")
            for gap in review.gaps:
                said = Text.assemble((f"{line(gap.kind)} {line(gap.name)}", "bold"), f": {line(gap.effect)}")
                yield self.hanging(Text(self.glyph(_DOT), style="dim"), said)

    def next(self, review: Review, *, long: bool) -> Iterable[Part]:
        commands = next_commands(review)
        yield Text()
        if long:
            # The top has scrolled away: say the verdict again where the eye is.
            yield Text(verdict(review), style="bold")
            yield Text()
        if commands:
            yield self.heading("Next")
            for command, gives in commands:
                yield Verbatim(Text(f" {command}", style="bold cyan"))
                yield Text(f"     {gives}", style="dim")

    # How parts are set.

    def labelled(self, label: str, body: RenderableType, *, style: str = "dim") -> RenderableType:
        return self.hanging(Text(label, style=style), body, width=_LABEL)

    def inset(self, body: RenderableType) -> RenderableType:
        return Padding(body, (0, 0, 0, _INSET))

    def hanging(self, mark: Text, body: RenderableType, *, width: int = 0) -> RenderableType:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True, min_width=width or None)
        grid.add_column(overflow="fold")
        grid.add_row(mark, body)
        return Padding(grid, (0, 0, 0, 1))

    def some(self, names: Sequence[str], count: int = 6) -> str:
        more = len(names) - count
        return ", ".join(names[:count]) + (f" and {more:,} more" if more > 0 else "")


# A quoted identifier or constant, a run of blanks, or anything else up to those.
_SQL_PIECE = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|[ ]+|[^"' ]+|.""")


def wrapped_sql(statement: str, width: int) -> tuple[str, ...]:
    """`statement` in lines of `width` columns where it has blanks to break at outside quotes; longer where not.

    Statements with dollar quotes, backslashes or line breaks of their own stay as they are.
    """
    if len(statement) <= width or "$" in statement or "\\" in statement or "\n" in statement:
        return tuple(statement.split("\n"))
    lines, current = list[str](), ""
    word = ""
    for piece in [*_SQL_PIECE.findall(statement), " "]:
        if not piece.isspace():
            word += piece
            continue
        if current and len(current) + 1 + len(word) > width:
            lines.append(current)
            current = "  " + word
        else:
            current = f"{current} {word}" if current else word
        word = ""
    return (*lines, current)
