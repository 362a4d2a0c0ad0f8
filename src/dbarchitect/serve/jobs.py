"""Long work, each piece in a process that can be ended: lanes, of which each does one thing at a time.

What is asked of a lane that is at work ends what it does. So there are never more processes than lanes, and nobody
waits for what nobody wants any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import time
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from typing import Literal, cast

from dbarchitect.model.value import from_json

from .messages import Ask, Done, Failed, Opened, Progress, Surroundings, Told, framed, length_of

Lane = Literal["report", "twin", "plan", "rehearse"]
State = Literal["at work", "done", "failed", "cancelled"]

LIMITS_S: dict[Lane, float] = {"report": 3600.0, "twin": 300.0, "plan": 30.0, "rehearse": 1800.0}
_WARM: tuple[Lane, ...] = ("twin",)  # whose process stays for the next question: its twin is there already
_IDLE_S = 900.0  # for so long
_GRACE_S = 10.0  # for a process to take its servers away; it is killed then, and their watchdogs do it
_KEPT = 40  # jobs that can be looked at again
_LINES = 200  # of progress


@dataclass(eq=False)
class Job:
    """A piece of work. `told`: what was said of its progress; `changed` is set at each change and made anew."""

    id: str
    lane: Lane
    asked: Ask
    began: float
    state: State = "at work"
    told: list[str] = field(default_factory=list[str])
    forgotten: int = 0  # of what was told at first
    result: Done | None = None
    failure: Failed | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def change(self) -> None:
        """Wake who watches."""
        self.changed.set()
        self.changed = asyncio.Event()

    def since(self, seen: int) -> list[str]:
        """What was told after so many lines."""
        return self.told[max(seen - self.forgotten, 0) :]

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state != "at work"


class _Worker:
    """A process of `work`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.used = time.monotonic()

    @classmethod
    async def start(cls, given: Surroundings) -> _Worker:
        """One that knows what all work is about."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dbarchitect.serve.work"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        worker = cls(process)
        await worker._send(framed(given))
        return worker

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def _send(self, frame: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # its end is seen when it is read from
            self._process.stdin.write(frame)
            await self._process.stdin.drain()

    async def ask(self, asked: Ask) -> AsyncGenerator[Told]:
        """What it tells, the last of it `Done` or `Failed`."""
        await self._send(framed(asked))
        assert self._process.stdout is not None
        while True:
            try:
                head = await self._process.stdout.readexactly(4)
                body = await self._process.stdout.readexactly(length_of(head))
            except asyncio.IncompleteReadError:
                code = await self._process.wait()
                yield Failed(message=f"the process that worked on it ended ({code})", hint="try again", bug=True)
                return
            # Of a large schema this takes a while, and others are served meanwhile.
            told = cast("Told", await asyncio.to_thread(from_json, Told, body))
            yield told
            if isinstance(told, Done | Failed):
                self.used = time.monotonic()
                return

    async def end(self) -> None:
        """End it, and what it started."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


class Jobs:
    """All work, past and present. Everything here happens in the one thread of the event loop."""

    def __init__(self, given: Surroundings) -> None:
        self._given = given
        self._jobs: dict[str, Job] = {}
        self._workers: dict[Lane, _Worker] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.opened: Opened | None = None
        self.report: Done | None = None
        self.closed = False

    def get(self, id_: str) -> Job | None:
        """The job of an id, as long as it is kept."""
        return self._jobs.get(id_)

    def latest(self, lane: Lane) -> Job | None:
        """The job that a lane does or did last."""
        return next((one for one in reversed(self._jobs.values()) if one.lane == lane), None)

    def start(self, lane: Lane, asked: Ask) -> Job:
        """Begin; what the lane does now is cancelled."""
        self.cancel(self.latest(lane))
        job = Job(id=secrets.token_hex(8), lane=lane, asked=asked, began=time.monotonic())
        self._jobs[job.id] = job
        while len(self._jobs) > _KEPT:
            oldest = next((one for one in self._jobs.values() if one.ended), None)
            if oldest is None:
                break
            del self._jobs[oldest.id]
        job.task = asyncio.create_task(self._run(job))
        return job

    def cancel(self, job: Job | None) -> None:
        """End a job that is at work; its process ends."""
        if job is None or job.ended:
            return
        job.state = "cancelled"
        job.change()
        if job.task is not None:
            job.task.cancel()
        self._drop(job.lane)

    async def _started(self) -> _Worker:
        """A new process; one that nobody waits for any more when it has started is ended."""
        starting = asyncio.create_task(_Worker.start(self._given))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:

            async def end() -> None:
                await (await starting).end()

            self._end(end())
            raise

    def _drop(self, lane: Lane) -> None:
        worker = self._workers.pop(lane, None)
        if worker is not None:
            self._end(worker.end())

    def _end(self, ending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _run(self, job: Job) -> None:
        limit = LIMITS_S[job.lane]
        try:
            async with asyncio.timeout(limit):
                worker = self._workers.get(job.lane)
                if worker is None or not worker.alive:
                    worker = self._workers[job.lane] = await self._started()
                async for told in worker.ask(job.asked):
                    self._take(job, told)
        except TimeoutError:
            self._take(job, Failed(message=f"it took more than {limit:,.0f} seconds and was ended"))
            self._drop(job.lane)
        if job.lane not in _WARM or (job.failure is not None and job.failure.bug):
            self._drop(job.lane)

    def _take(self, job: Job, told: Told) -> None:
        if job.ended:
            return
        match told:
            case Progress():
                job.told.append(told.text)
                if len(job.told) > 2 * _LINES:
                    del job.told[:_LINES]
                    job.forgotten += _LINES
            case Opened():
                self.opened = told
                self.cancel(self.latest("twin"))  # it stands on what was there before
                self._drop("twin")
            case Done():
                job.result, job.state = told, "done"
                if told.report is not None:
                    self.report = told
            case Failed():
                job.failure, job.state = told, "failed"
        job.change()

    async def rest(self) -> None:
        """End processes that nobody has asked for a while; forever."""
        while True:
            await asyncio.sleep(30)
            for lane, worker in list(self._workers.items()):
                job = self.latest(lane)
                if (job is None or job.ended) and time.monotonic() - worker.used > _IDLE_S:
                    self._drop(lane)

    def stop(self) -> None:
        """Cancel all work, and let nobody wait for more."""
        self.closed = True
        for job in self._jobs.values():
            self.cancel(job)
            job.change()

    async def close(self) -> None:
        """End everything."""
        self.stop()
        for lane in list(self._workers):
            self._drop(lane)
        await asyncio.gather(*self._ending, return_exceptions=True)
