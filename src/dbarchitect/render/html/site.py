"""The pages of `dba serve` that no file has: questions, work that goes on, what came of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dbarchitect.model.figures import size_text
from dbarchitect.model.trial import IndexTrial
from dbarchitect.render.digest import plural

from . import Site, page
from .plans import planned_table

_LESS = 0.95  # as in the advice on indexes: a plan that is worth a word

Area = tuple[str, str, str, int, bool]  # name, label, note, rows, whether it has to be filled in


def work_page(
    site: Site,
    subject: str,
    *,
    number: str,
    heading: str,
    what: str,
    told: Sequence[str],
    seen: int,
    since: float,
    waits_for: str = "",
    version: str,
) -> str:
    """Work that goes on, as `told` so far: of `seen` lines the last ones.

    number     the job's; `since`: for so many seconds
    waits_for  what ends the wait besides the work's end
    """
    return page(
        "site_work.html",
        site=site,
        **site_head(subject, heading, "warn", "It is being worked on.", version),
        id=number,
        what=what,
        told=told,
        seen=seen,
        since=round(since, 1),
        waits_for=waits_for,
    )


def ask_page(
    site: Site,
    subject: str,
    *,
    heading: str,
    verdict: str,
    asks: str,
    said: Sequence[str],
    areas: Sequence[Area],
    buttons: Sequence[tuple[str, str]],
    checks: Sequence[tuple[str, str]] = (),
    folders: Sequence[str] = (),
    values: Mapping[str, str],
    trouble: tuple[str, str] | None = None,
    version: str,
) -> str:
    """A form. `buttons`: what `how` is with each, and its label; `trouble`: message and hint."""
    return page(
        "site_ask.html",
        site=site,
        **site_head(subject, heading, "bad" if trouble else "good", verdict, version),
        asks=asks,
        said=said,
        areas=areas,
        buttons=buttons,
        checks=checks,
        folders=folders,
        values=values,
        trouble=trouble,
    )


def told_page(
    site: Site,
    subject: str,
    *,
    heading: str,
    verdict: str,
    asks: str,
    sql: str = "",
    text: str = "",
    said: Sequence[str] = (),
    trouble: tuple[str, str] | None = None,
    action: tuple[str, str] | None = None,
    link: tuple[str, str] | None = None,
    version: str,
) -> str:
    """What there is to say in a few words: rows that came, an error. `action`: where a button sends to, its label."""
    return page(
        "site_told.html",
        site=site,
        **site_head(subject, heading, "bad" if trouble else "good", verdict, version),
        asks=asks,
        sql=sql,
        text=text,
        said=said,
        trouble=trouble,
        action=action,
        link=link,
    )


def index_trial_page(site: Site, trial: IndexTrial, *, version: str) -> str:
    """An index that nobody built, with the plans that it changes."""
    used = sum(one.uses for one in trial.queries)
    share = trial.after / trial.before if trial.before else 1.0
    worse = sum(one.after.cost > one.before.cost for one in trial.queries)
    if not used:
        verdict = f"No query of {trial.origin} would use it."
    elif share > _LESS:
        verdict = f"{plural(used, 'query', 'queries')} would use it, and would cost hardly less."
    else:
        verdict = f"{plural(used, 'query', 'queries')} would use it: {share:.1%} of their cost is left."
    if worse:
        verdict += f" {plural(worse, 'query', 'queries')} would cost more."
    facts = [
        ("Size", size_text(trial.bytes), f"on {trial.table}, by the size model"),
        ("Plans that change", f"{len(trial.queries):,}", f"of {len(trial.queries) + trial.fine:,}"),
    ]
    if trial.queries:
        facts.append(("Their cost", f"{share:.1%}", f"{trial.before:,.0f} before, {trial.after:,.0f} after"))
    return page(
        "site_index.html",
        site=site,
        **site_head(trial.source, "Index", "good" if share <= _LESS and not worse else "warn", verdict, version, facts),
        trial=trial,
        plans=[
            (one, planned_table(one.before), planned_table(one.after), _gain(one.before.cost, one.after.cost))
            for one in trial.queries
        ],
    )


def _gain(before: float, after: float) -> str:
    if not before or not after or before == after:
        return ""
    factor = before / after if after < before else after / before
    return f"{factor:,.1f}x {'less' if after < before else 'more'}"


def site_head(
    subject: str,
    heading: str,
    mark: str,
    verdict: str,
    version: str,
    facts: Sequence[tuple[str, str, str]] = (),
) -> dict[str, Any]:
    """What every page of a site has at its top."""
    return {
        "verb": "serve",
        "subject": subject,
        "title": f"{heading}: {subject}: dba serve",
        "heading": heading,
        "mark": mark,
        "verdict": verdict,
        "facts": facts,
        "contents": (),
        "version": version,
        "made_at": "",
    }
