"""From the lines of a log to the statements that were run: what belongs together in each session.

A statement is told of in one line (`duration: 1.2 ms  statement: ...`), in two (`statement: ...`, later
`duration: 1.2 ms`, as log_statement with log_duration writes), and its plan in one more before the end (auto_explain).
What ended in an error is left out. A transaction is what is between BEGIN and COMMIT of a session; where these are not
logged, statements that share a virtual transaction id.
"""

from __future__ import annotations

import re

import msgspec

from .entry import Logged
from .times import Clock

_MESSAGE = re.compile(
    r"duration: (\d+(?:\.\d+)?) ms(?:  (statement|parse|bind|execute fetch from|execute|plan)\b[^:\n]*:[ \n]?)?"
    r"|(statement|execute fetch from|execute)\b[^:\n]*: "
)
_CONTROL = re.compile(
    r"\s*(?:(BEGIN|START\s+TRANSACTION)|(COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION)|(SAVEPOINT|RELEASE))\b"
    r"([^;]*);?\s*(?:$|(?=\S))",
    re.IGNORECASE,
)
_CONTROLS = frozenset(
    made
    for word in ("beg", "sta", "com", "end", "rol", "abo", "pre", "sav", "rel")
    for made in (word, word.upper(), word.capitalize())
)
_CHAIN = re.compile(r"\band\s+chain\b", re.IGNORECASE)
_BACK = re.compile(r"\s*(?:work\s+|transaction\s+)?to\b", re.IGNORECASE)
_PLAN_STARTS = re.compile(r"^(?:Query Parameters: |\S[^\n]*\(cost=\d)", re.MULTILINE)
_JSON_TEXT = re.compile(r'"Query Text":\s*("(?:[^"\\]|\\.)*")')
_JSON_PARAMETERS = re.compile(r'"Query Parameters":\s*"((?:[^"\\]|\\.)*)"')
_ROWS = re.compile(r'\(actual (?:time=\S+ )?rows=(\d+(?:\.\d+)?)|"Actual Rows":\s*(\d+(?:\.\d+)?)')
_NEAR = 1000  # statements of all sessions between two of one
_MOST_SESSIONS = 20_000  # that are remembered; the least recent are let go


class Session:
    """What is known of one session between two of its lines."""

    __slots__ = ("block", "done", "implicit", "last", "pending", "plan", "vxid")

    def __init__(self) -> None:
        self.pending: Logged | None = None  # its duration is still to come
        self.plan: Logged | None = None  # its statement may still come
        self.last: Logged | None = None  # what a DETAIL belongs to
        self.done: Logged | None = None  # the last with a duration: in the extended protocol its plan comes behind it
        self.block = ""
        self.implicit = ""
        self.vxid = ""


class Sessions:
    """Lines go in by `line` and `extra`, statements come out in `out`, which the reader empties.

    `controls` counts BEGIN, COMMIT and the like, `errors` the statements that failed; neither is in `out`.
    """

    def __init__(self) -> None:
        self.out: list[Logged] = []
        self.clock = Clock()
        self.controls = 0
        self.errors = 0
        self.sessions: dict[str, Session] = {}
        self._transactions = 0
        self._latest: Logged | None = None  # for continued lines without a session
        self._latest_extra = ""

    def line(
        self,
        severity: str,
        message: str,
        session: str,
        time: str,
        user: str,
        database: str,
        application: str,
        vxid: str,
        number: int,
        detail: str = "",
    ) -> None:
        """A record of the log; `number` is its line."""
        state = self.sessions.get(session)
        if state is None:
            state = self._opened(session)
        if severity != "LOG":
            self._failed(state, severity)
            return
        match = _MESSAGE.match(message)
        if match is None:
            state.last = self._latest = None
            if message.startswith("disconnection:"):
                self._close(session)
            return
        milliseconds, kind, untimed = match.groups()
        if untimed is None and (kind is None or kind == "parse" or kind == "bind"):
            state.last = self._latest = None
            pending = state.pending
            if pending is not None and kind is None:
                pending.milliseconds = float(milliseconds)
                state.pending = None
                state.done = pending
                self.out.append(pending)
            return
        sql = message[match.end() :]
        at = self.clock.read(time)
        spent = None
        if milliseconds is not None:
            spent = float(milliseconds)
            if at is not None:
                at -= spent / 1000  # the line is written when the statement has ended
        logged = Logged(sql, spent, at, session, database, user, application, number, detail)
        state.last = self._latest = logged
        self._latest_extra = ""
        if kind == "plan":
            self._planned(state, logged)
            return
        if kind == "execute fetch from" or untimed == "execute fetch from":
            logged.calls = 0
        if state.pending is not None:  # it had no duration, and the next one has begun
            pending, state.pending = state.pending, None
            self.out.append(pending)
        if state.plan is not None:
            self._join_plan(state, logged)
        start = sql[:3]
        if (start in _CONTROLS or start[:2] == "/*") and self._controls(state, logged):
            return
        if vxid and vxid[-2:] != "/0":
            self._virtual(state, logged, vxid)
        else:
            logged.transaction = state.block
        if untimed is not None:
            state.pending = logged
        else:
            state.done = logged
            self.out.append(logged)

    def extra(self, severity: str, text: str, session: str) -> None:
        """A DETAIL or another line that goes on with the session's last record."""
        if severity != "DETAIL":
            self._latest = None
            return
        state = self.sessions.get(session)
        last = state.last if state is not None else None
        if last is not None and not last.detail:
            last.detail = text
            self._latest = last
            self._latest_extra = "detail"

    def more(self, text: str | None) -> None:
        """Lines without a prefix: they go on with the line before, as logs have them that lost their tabs. None: what
        stood there is no part of it."""
        latest = self._latest
        if latest is None:
            return
        if text is None:
            self._latest = None
            return
        if self._latest_extra:
            latest.detail += "\n" + text
        elif latest.plan:
            latest.plan += "\n" + text
        else:
            latest.sql += "\n" + text

    def wait(self, logged: Logged) -> None:
        """Go on with a statement whose duration is still to come."""
        self._opened(logged.session).pending = logged

    def waiting(self) -> list[Logged]:
        """The statements whose duration or next line is still to come."""
        states = self.sessions.values()
        return [one for state in states for one in (state.plan, state.pending) if one is not None]

    def finish(self) -> None:
        """The log ends: what waits for a line that does not come is let go."""
        for session in tuple(self.sessions):
            self._close(session)

    def _opened(self, session: str) -> Session:
        if len(self.sessions) >= _MOST_SESSIONS:
            for old in tuple(self.sessions)[: _MOST_SESSIONS // 2]:
                self._close(old)
        state = self.sessions[session] = Session()
        return state

    def _close(self, session: str) -> None:
        state = self.sessions.pop(session, None)
        if state is None:
            return
        if state.plan is not None:
            self.out.append(state.plan)
        if state.pending is not None:
            self.out.append(state.pending)

    def _failed(self, state: Session, severity: str) -> None:
        state.last = self._latest = None
        if severity in ("ERROR", "FATAL", "PANIC"):
            self.errors += 1
            state.pending = state.plan = None

    def _planned(self, state: Session, logged: Logged) -> None:
        """auto_explain's record: the statement and its plan. Its line about the duration comes after it."""
        text = logged.sql
        if text.startswith("{"):
            found = _JSON_TEXT.search(text)
            logged.sql = _unescaped(found[1][1:-1]) if found else ""
            parameters = _JSON_PARAMETERS.search(text)
            logged.detail = f"Parameters: {_unescaped(parameters[1])}" if parameters else ""
            logged.plan = text
        elif text.startswith("Query Text: "):
            start = _PLAN_STARTS.search(text)
            logged.sql = text[12 : start.start() if start else len(text)].rstrip()
            plan = text[start.start() :] if start else ""
            if plan.startswith("Query Parameters: "):
                parameters_, _, plan = plan.partition("\n")
                logged.detail = f"Parameters: {parameters_[18:]}"
            logged.plan = plan
        rows = _ROWS.search(text)
        logged.rows = float(rows[1] or rows[2]) if rows else None
        if not logged.sql:
            state.last = None
            return
        if state.plan is not None:
            self.out.append(state.plan)
            state.plan = None
        pending = state.pending
        if pending is not None and pending.sql.strip() == logged.sql.strip():
            pending.plan, pending.rows = logged.plan, logged.rows
            if pending.milliseconds is None:
                pending.milliseconds = logged.milliseconds
            return
        done = state.done
        if done is not None and _ends_with(done, logged):
            done.plan, done.rows = logged.plan, logged.rows
            return
        logged.transaction = state.block
        state.plan = logged

    def _join_plan(self, state: Session, logged: Logged) -> None:
        plan, state.plan = state.plan, None
        if plan is None:
            return
        if plan.sql.strip() == logged.sql.strip() and logged.milliseconds is not None:
            logged.plan, logged.rows = plan.plan, plan.rows
            logged.detail = logged.detail or plan.detail
        else:
            self.out.append(plan)

    def _controls(self, state: Session, logged: Logged) -> bool:
        """Note where a transaction begins and ends; True where the text is nothing but BEGIN, COMMIT and the like."""
        sql = logged.sql
        if sql.startswith("/*"):
            sql = sql[sql.find("*/") + 2 :]
        match = _CONTROL.match(sql)
        if match is None:
            return False
        begins, ends, more = match[1] is not None, match[2] is not None, match[4]
        if begins or (ends and _CHAIN.search(more)):
            self._transactions += 1
            state.block = f"{logged.session}/{self._transactions}"
            state.vxid = ""
        elif ends and not _BACK.match(more):
            state.block = ""
        if match.end() < len(sql):
            return False  # other statements follow in the same text
        self.controls += 1
        state.last = self._latest = None
        return True

    def _virtual(self, state: Session, logged: Logged, vxid: str) -> None:
        """The transaction by its virtual id, where BEGIN was not logged: two statements in a row that share it."""
        if vxid != "0":
            if state.block and state.vxid and state.vxid != vxid:
                state.block = ""  # its end was not logged
            if not state.block and state.vxid == vxid:
                if not state.implicit:
                    self._transactions += 1
                    state.implicit = f"{logged.session}/{self._transactions}"
                    first = self._before(logged)
                    if first is not None:
                        first.transaction = state.implicit
                logged.transaction = state.implicit
                return
            state.implicit = ""
            state.vxid = vxid
        logged.transaction = state.block

    def _before(self, logged: Logged) -> Logged | None:
        """The statement before in this session, if it is among those that nobody has taken yet."""
        return next((one for one in reversed(self.out[-_NEAR:]) if one.session == logged.session), None)


def _ends_with(done: Logged, plan: Logged) -> bool:
    """Whether a plan that comes after a statement is that statement's: the executor's time is part of its duration."""
    return (
        not done.plan
        and done.milliseconds is not None
        and plan.milliseconds is not None
        and plan.milliseconds <= done.milliseconds
        and done.sql.strip() == plan.sql.strip()
    )


def _unescaped(text: str) -> str:
    """A JSON string's value, from its text between the quotes."""
    try:
        return msgspec.json.decode(f'"{text}"', type=str)
    except msgspec.DecodeError:
        return text
