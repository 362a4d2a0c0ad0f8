"""What is answered: pages of what is known, forms that start work, the work's progress as server-sent events."""

from __future__ import annotations

import asyncio
import json
import shlex
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dbarchitect import __version__
from dbarchitect.api.schema import rule_pages
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Review
from dbarchitect.render.html import Site, policy_of
from dbarchitect.render.html.browse import diagram_page, finding_page, findings_page, table_page, tables_page
from dbarchitect.render.html.query import query_page
from dbarchitect.render.html.rehearsal import rehearsal_page
from dbarchitect.render.html.report import report_page
from dbarchitect.render.html.site import ask_page, index_trial_page, told_page, work_page
from dbarchitect.render.untrusted import visible, without_passwords

from .forms import Form, forms_of
from .guard import MOST_BYTES
from .jobs import Job, Jobs
from .messages import AskReport, Opened, Surroundings

_KNOWN = (("/", "Overview"), ("/diagram", "Diagram"), ("/tables", "Tables"), ("/findings", "Findings"))
_BEAT_S = 15.0  # of a stream that has nothing to say: whoever is gone is noticed


class Pages:
    """The application's answers. `folders`: those of migrations that may be rehearsed."""

    def __init__(self, given: Surroundings, folders: Sequence[Path]) -> None:
        self._given = given
        self._folders = folders
        self._forms = forms_of(sqlite=given.sqlite)
        self._links = (*_KNOWN, *((one.address, one.name) for one in self._forms))
        self.jobs = Jobs(given)
        self._drawn: tuple[object, dict[str, str]] = (None, {})
        self._rules = {page.id: page.text for page in rule_pages()}

    def application(self) -> Starlette:
        """The routes, and what begins and ends with the server."""
        routes = [
            Route("/", self.overview),
            Route("/refresh", self.refresh, methods=["POST"]),
            Route("/diagram", self.diagram),
            Route("/tables", self.tables),
            Route("/tables/{number:int}", self.table),
            Route("/findings", self.findings),
            Route("/findings/{number:int}", self.finding),
            Route("/jobs/{id}", self.job),
            Route("/jobs/{id}/events", self.events),
            Route("/jobs/{id}/cancel", self.cancel, methods=["POST"]),
            *(Route(one.address, partial(self.ask, form=one), methods=["GET", "POST"]) for one in self._forms),
        ]
        return Starlette(routes=routes, lifespan=self._living, exception_handlers={HTTPException: self._refused})

    @asynccontextmanager
    async def _living(self, _: Starlette) -> AsyncGenerator[None]:
        self.jobs.start("report", AskReport())
        rest = asyncio.create_task(self.jobs.rest())
        try:
            yield
        finally:
            rest.cancel()
            await self.jobs.close()

    # --- what is known ------------------------------------------------------------------------------------------------

    async def overview(self, _: Request) -> Response:
        """The report, as far as it is there."""
        report = self.jobs.report
        if report is None or report.report is None:
            return self._waiting("/", "Overview", until="")
        return await self._page(
            "overview",
            lambda: report_page(
                report.report,  # pyright: ignore[reportArgumentType] - it was looked at above
                self.jobs.opened.implied if self.jobs.opened else (),
                made_at=f"{datetime.fromisoformat(self._given.now):%d %B %Y, %H:%M} UTC",
                version=__version__,
                site=self._site("/"),
            ),
        )

    async def refresh(self, _: Request) -> Response:
        """Open the source again."""
        self.jobs.report = self.jobs.opened = None
        self.jobs.start("report", AskReport())
        return _to("/")

    async def diagram(self, _: Request) -> Response:
        """The diagram."""
        opened = self.jobs.opened
        if opened is None:
            return self._waiting("/diagram", "Diagram")
        made = partial(
            diagram_page, self._site("/diagram"), opened.name, opened.relations, opened.implied, version=__version__
        )
        return await self._page("diagram", made)

    async def tables(self, _: Request) -> Response:
        """All tables."""
        opened = self.jobs.opened
        if opened is None:
            return self._waiting("/tables", "Tables")
        return await self._page(
            "tables",
            partial(
                tables_page, self._site("/tables"), opened.name, opened.relations, self._review, version=__version__
            ),
        )

    async def table(self, request: Request) -> Response:
        """One table."""
        opened = self.jobs.opened
        if opened is None:
            return self._waiting("/tables", "Tables")
        number: int = request.path_params["number"]
        if not 1 <= number <= len(opened.relations.tables):
            raise HTTPException(404, "There is no table of this number.")
        one = opened.relations.tables[number - 1]
        made = partial(
            table_page, self._site("/tables"), opened.name, opened.relations, one, opened.implied, self._review
        )
        return await self._page(f"table {number}", partial(made, version=__version__))

    async def findings(self, _: Request) -> Response:
        """All findings."""
        opened, review = self.jobs.opened, self._review
        if opened is None or review is None:
            return self._waiting("/findings", "Findings", until="")
        made = partial(findings_page, self._site("/findings"), opened.name, review, version=__version__)
        return await self._page("findings", made)

    async def finding(self, request: Request) -> Response:
        """One finding, with its evidence."""
        opened, review = self.jobs.opened, self._review
        if opened is None or review is None:
            return self._waiting("/findings", "Findings", until="")
        number: int = request.path_params["number"]
        if not 1 <= number <= len(review.findings):
            raise HTTPException(404, "There is no finding of this number.")
        rule = review.findings[number - 1].rule
        made = partial(
            finding_page,
            *(self._site("/findings"), opened.name, opened.relations, review, number),
            rule=self._rules.get(rule, ""),
            again=shlex.join([*review.command, "--select", rule]),
            version=__version__,
        )
        return await self._page(f"finding {number}", made)

    @property
    def _review(self) -> Review | None:
        done = self.jobs.report
        return None if done is None or done.report is None else done.report.review

    async def _page(self, name: str, made: Callable[[], str]) -> Response:
        """A page of what is known; it is made once, in a thread: that of a large schema takes seconds."""
        known = (self.jobs.opened, self.jobs.report)
        if self._drawn[0] is None or self._drawn[0] != tuple(map(id, known)):
            self._drawn = (tuple(map(id, known)), {})
        pages = self._drawn[1]
        if name not in pages:
            pages[name] = await asyncio.to_thread(made)
        return _html(pages[name])

    def _waiting(self, here: str, heading: str, *, until: str = "opened") -> Response:
        """What is not known yet, or cannot be."""
        job = self.jobs.latest("report")
        if job is not None and not job.ended:
            return self._at_work(job, here, heading, "The source is opened and looked at.", until)
        trouble = ("It was cancelled.", "look again")
        if job is not None and job.failure is not None:
            trouble = (job.failure.message, job.failure.hint)
        text = told_page(
            self._site(here),
            self._subject,
            heading=heading,
            verdict="The source could not be looked at.",
            asks="What happened",
            trouble=trouble,
            action=("/refresh", "Look again"),
            version=__version__,
        )
        return _html(text)

    def _at_work(self, job: Job, here: str, heading: str, what: str, until: str = "") -> Response:
        text = work_page(
            self._site(here),
            self._subject,
            number=job.id,
            heading=heading,
            what=what,
            told=job.told,
            seen=job.forgotten + len(job.told),
            since=time.monotonic() - job.began,
            waits_for=until,
            version=__version__,
        )
        return _html(text)

    def _site(self, here: str) -> Site:
        return Site(here=here, links=self._links)

    @property
    def _subject(self) -> str:
        opened: Opened | None = self.jobs.opened
        return without_passwords(self._given.source) if opened is None else opened.name

    # --- what is asked ------------------------------------------------------------------------------------------------

    async def ask(self, request: Request, *, form: Form) -> Response:
        """A form, or the work that it starts."""
        if request.method == "POST":
            values = await _values(request)
            if form.needs_source and self.jobs.opened is None:
                return self._form(form, values, ("The source is not open yet.", "wait for the overview"), status=409)
            try:
                asked = form.read(values, self._folders)
            except InputError as err:
                return self._form(form, values, (err.message, err.hint), status=400)
            job = self.jobs.start(form.lane, asked)
            return _to(f"/jobs/{job.id}")
        before = self.jobs.get(request.query_params.get("from", ""))
        values = {} if before is None else form.values_of(before.asked, self._folders)
        return self._form(form, values, None)

    def _form(
        self, form: Form, values: Mapping[str, str], trouble: tuple[str, str] | None, *, status: int = 200
    ) -> Response:
        text = ask_page(
            self._site(form.address),
            self._subject,
            heading=form.heading,
            verdict=form.verdict,
            asks=form.asks,
            said=form.said,
            areas=form.areas,
            buttons=form.buttons,
            checks=form.checks,
            folders=[str(one) for one in self._folders] if form.folders else (),
            values=values,
            trouble=trouble,
            version=__version__,
        )
        return _html(text, status)

    async def job(self, request: Request) -> Response:
        """Work that goes on, or what came of it."""
        job = self._job(request)
        form = next((one for one in self._forms if isinstance(job.asked, one.kinds)), None)
        if form is None:
            return _to("/")
        again = f"{form.address}?from={job.id}"
        if not job.ended:
            return self._at_work(job, form.address, form.heading, form.works)
        if job.result is None:
            if job.failure is not None and not job.failure.bug:
                values = form.values_of(job.asked, self._folders)
                return self._form(form, values, (job.failure.message, job.failure.hint))
            trouble = ("It was cancelled, or another question took its place.", "ask again")
            if job.failure is not None:
                trouble = (job.failure.message, job.failure.hint)
            text = told_page(
                self._site(form.address),
                self._subject,
                heading=form.heading,
                verdict="There is no result.",
                asks="What happened",
                trouble=trouble,
                link=(again, "Ask again"),
                version=__version__,
            )
            return _html(text)
        return _html(await asyncio.to_thread(self._result, job, form, again))

    def _result(self, job: Job, form: Form, again: str) -> str:
        result, site = job.result, Site(here=form.address, links=self._links, again=again)
        assert result is not None
        if result.query is not None:
            return query_page(result.query.review, version=__version__, site=site, trial=result.query)
        if result.plan is not None:
            return query_page(result.plan, version=__version__, site=site)
        if result.index is not None:
            return index_trial_page(site, result.index, version=__version__)
        if result.rehearsal is not None:
            return rehearsal_page(result.rehearsal, kept="", then="", version=__version__, site=site)
        assert result.rows is not None
        return told_page(
            site,
            self._subject,
            heading="Rows",
            verdict="It ran on a private copy with made-up rows, which is gone now.",
            asks="What it gave",
            sql=result.rows.sql,
            text=result.rows.text,
            said=["The copy's rows are made up: they say what the statement does, not what the source holds."],
            version=__version__,
        )

    def _job(self, request: Request) -> Job:
        job = self.jobs.get(request.path_params["id"])
        if job is None:
            raise HTTPException(404, "There is no such work, or it was long ago.")
        return job

    async def cancel(self, request: Request) -> Response:
        """End work that goes on."""
        job = self._job(request)
        self.jobs.cancel(job)
        return _to(f"/jobs/{job.id}")

    async def events(self, request: Request) -> Response:
        """How work goes on, from what the page has seen, until it ends."""
        job = self._job(request)
        seen = request.query_params.get("seen", "0")
        # A browser that was cut off asks again, and says what it had.
        seen = request.headers.get("last-event-id", seen)
        return StreamingResponse(
            self._stream(job, int(seen) if seen.isascii() and seen.isdigit() else 0), media_type="text/event-stream"
        )

    async def _stream(self, job: Job, seen: int) -> AsyncGenerator[str]:
        opened = self.jobs.opened
        while True:
            changed = job.changed
            lines = job.since(seen)
            seen = job.forgotten + len(job.told)
            for number, text in enumerate(lines, seen - len(lines) + 1):
                yield f"id: {number}\nevent: told\ndata: {json.dumps(visible(without_passwords(text)))}\n\n"
            if self.jobs.opened is not None and self.jobs.opened is not opened:
                opened = self.jobs.opened
                yield "event: opened\ndata: {}\n\n"
            if job.ended or self.jobs.closed:
                yield f"event: ended\ndata: {json.dumps(job.state)}\n\n"
                return
            try:
                async with asyncio.timeout(_BEAT_S):
                    await changed.wait()
            except TimeoutError:
                yield ": still at work\n\n"

    async def _refused(self, request: Request, err: Exception) -> Response:
        assert isinstance(err, HTTPException)
        text = told_page(
            self._site(""),
            self._subject,
            heading="Not here",
            verdict="There is nothing to show at this address.",
            asks="What happened",
            trouble=(err.detail, ""),
            link=("/", "To the overview"),
            version=__version__,
        )
        return _html(text, err.status_code)


def _html(text: str, status: int = 200) -> Response:
    policy = f"{policy_of(text)}; frame-ancestors 'none'"
    return Response(text, status, {"content-security-policy": policy}, "text/html; charset=utf-8")


def _to(address: str) -> Response:
    return RedirectResponse(address, 303)


async def _values(request: Request) -> dict[str, str]:
    """What a form sends. It is read up to what the guard admits, whatever its length was said to be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"That is too much: at most {MOST_BYTES:,} bytes.")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415, "Forms come as application/x-www-form-urlencoded.")
    try:
        found: dict[str, list[str]] = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as err:
        raise HTTPException(400, "That is no form.") from err
    return {name: values[0].replace("\r\n", "\n") for name, values in found.items()}
