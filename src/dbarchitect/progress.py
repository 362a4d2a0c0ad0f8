"""What a long command says while it works: a spinner on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from .render.untrusted import line

if TYPE_CHECKING:
    from rich.status import Status

# Below this nobody wonders what is going on.
_PATIENCE_S = 1.0


def nothing(_: str) -> None:
    """Progress that nobody watches."""


class Progress:
    """Call it with what is being done now. A context manager: on exit the spinner is gone.

    Without a terminal a message is printed once it has been true for a second, so that quick steps leave no lines.
    """

    def __init__(self, stream: TextIO, *, terminal: bool, color: bool = True) -> None:
        self._stream = stream
        self._terminal = terminal
        self._color = color
        self._status: Status | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done()

    def __call__(self, message: str) -> None:
        text = line(message)
        if not self._terminal:
            self.done()
            self._timer = threading.Timer(_PATIENCE_S, self._print, (text,))
            self._timer.daemon = True
            self._timer.start()
            return
        from rich.console import Console
        from rich.text import Text

        if self._status is None:
            console = Console(file=self._stream, no_color=not self._color, highlight=False, markup=False)
            self._status = console.status(Text(text))
            self._status.start()
        else:
            self._status.update(Text(text))

    def done(self) -> None:
        """Nothing goes on now: no spinner, no line that is still to come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _print(self, text: str) -> None:
        print(f"dba: {text}", file=self._stream, flush=True)
