"""The commands of the documentation: where they stand, what they claim, and how they are run.

A page is Markdown; its commands are in blocks of code. A line that begins with `$ ` is a command whose output follows,
up to the next one; in a block without any `$` each line that begins with `dba` is one. `...` on a line of its own
stands for lines that are left out. Capitals and brackets make a line a usage, of which the verb and the options have
to exist.

A comment before a block says what is not done with it, and why:

    <!-- not run: needs an account -->                 its commands are held against the command line alone
    <!-- not compared: the file is a stranger's -->    the same, and its output is somebody else's run
    <!-- each by itself -->                            ways to do the same: each begins with the folder as it was

Everything else runs in a folder that is made of tests/cases/documentation (`documentation_stage`), anew for each
section, and the URLs of the pages are those of real servers. Labs are smaller than by default, and what asks is told
yes. Output is compared word by word. What differs from run to run is a figure that somebody measured or estimated:
numbers with a point, a thousands separator, a percent sign or a unit (ms, s, kB, MB, x), dates, and the bars drawn of
them. Whole numbers without any of these are compared as they stand.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from dbarchitect.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
SHELLS = {"", "sh", "shell", "bash", "console"}

_MARK = re.compile(r"<!-- (not run|not compared|each by itself)(?:: (.+?))? -->\s*$")
_USAGE = re.compile(
    r"""(?<![\w'"./@$:-])[A-Z]+(?![\w./:@-]) | [\[\]] | :[A-Z]{2,} | \b[A-Z]+=[A-Z]+\b | \.\.\.(?:$|\s)""", re.X
)
_VARIES = re.compile(
    r"""\d{4}-\d\d-\d\d(?:T[\d:]+Z?)?            # dates
      | \d[\d,]*(?:\.\d+)?\s?(?:%|ms|µs|us|min|h|s|B|kB|MB|GB|TB|bytes|x)(?![\w])
      | \d[\d,]*\.\d+ | \d{1,3}(?:,\d{3})+""",
    re.X,
)
_BARS = re.compile(r"[█▏▎▍▌▋▊▉░▒▓]+")
_SERVICES = re.compile(r"--model \w+:|\bneon |\.turso\.io\b")  # a language model's provider, a database's
_ADDED = {  # what a test cannot do as a person would
    re.compile(r"^dba migrate (apply|rollback|adopt)\b"): ["--yes"],
    re.compile(r"^dba design (?!.*(--spec|--from|--target documents))"): ["--lab-rows", "2000"],
    re.compile(r"^dba design --from .*-o brief\.md"): ["--force"],  # there is another one
}
_SERVING = re.compile(r"^dba (mcp|serve|twin open)\b")
_ASKED = re.compile(r"^dba mcp (?!.*--transport http)")  # by lines of JSON
_HELLO = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "documentation", "version": "1"},
        },
    }
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of a page. `section`: a heading later the folder is as it was; `said`: what it claims to print, None
    where nothing is claimed."""

    page: str
    section: int
    line: int
    text: str
    mark: str = ""
    said: str | None = None

    @property
    def is_usage(self) -> bool:
        """Whether it shows a form rather than a command: placeholders in capitals, brackets of what may be left out."""
        return '..."' in self.text or " ... " in self.text or bool(_USAGE.search(_without_quoted(self.text)))

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def is_run(command: Command) -> bool:
    """Whether it is carried out: it is no usage, no page says it cannot be, and it asks no company's service."""
    return not (command.mark.startswith("not") or command.is_usage or _SERVICES.search(command.text))


def expected_codes(command: Command) -> set[int]:
    """0, and 1 where something is found; what a page shows with an error ends with one."""
    return {2, 3} if command.said is not None and command.said.lstrip().startswith("dba: ") else {0, 1}


def _without_quoted(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)


def pages() -> list[Path]:
    """Every page that people wrote; those of the rules are made, and compared with what makes them, elsewhere."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> list[Command]:
    """The `dba` commands of a page, in their order, and all that stands behind a `$`."""
    text = page.read_text("utf-8")
    found: list[Command] = []
    mark, section = "", 0
    for token in MarkdownIt().parse(text):
        section += token.type == "heading_open"
        if token.type == "html_block":
            told = _MARK.search(token.content)
            mark = told[1] if told else ""
            continue
        if token.type in ("code_block", "fence") and token.info.strip() in SHELLS and token.map is not None:
            first = token.map[0] + (2 if token.type == "fence" else 1)
            found += [
                Command(page=page.name, section=section, line=first + at, text=line, said=said, mark=mark)
                for at, line, said in _lines(token.content)
            ]
        if token.nesting >= 0 and token.type != "html_block":
            mark = ""
    return found


def _lines(content: str) -> Iterator[tuple[int, str, str | None]]:
    lines = content.rstrip("\n").split("\n")
    session = any(one.startswith("$ ") for one in lines)
    at = 0
    while at < len(lines):
        line, began = lines[at], at
        at += 1
        if not (line.startswith("$ ") if session else re.search(r"(^|\| )dba ", line)):
            continue
        while line.endswith("\\") and at < len(lines):
            line = line[:-1].rstrip() + " " + lines[at].strip()
            at += 1
        said: list[str] = []
        if session:
            line = line[2:]
            while at < len(lines) and not lines[at].startswith("$ "):
                said.append(lines[at])
                at += 1
        else:  # a usage goes on, set in
            while at < len(lines) and lines[at].startswith("  "):
                line += " " + lines[at].strip()
                at += 1
        yield began, re.sub(r"\s+#( .*)?$", "", line).strip(), "\n".join(said) if any(said) else None


# --- what a usage may name -------------------------------------------------------------------------------------------


@cache
def _help(verb: tuple[str, ...]) -> str:
    code, out = in_process([*verb, "--help"])
    return out if not code else ""


def unknown_words(text: str) -> list[str]:
    """What of a command line the program does not have: the verb, or options of it."""
    if "dba " not in text:
        return []
    words = re.findall(r"[^\s\[\]|()]+", _without_quoted(text).split("dba ", 1)[1].split(" && ")[0])
    verb: list[str] = []
    for word in words[:2]:
        if re.fullmatch(r"[a-z][a-z+0-9]*", word) and _help((*verb, word)):
            verb.append(word)
        else:
            break
    if words[0] == "''":  # a task in words; what its options may be is told by the program alone
        return []
    if not verb:
        return [words[0]] if not words[0].startswith("-") else []
    known = set(re.findall(r"--?[a-z][\w-]*", _help(tuple(verb))))
    return [one for word in words if (one := word.split("=")[0]).startswith("-") and one != "-" and one not in known]


# --- running --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A folder to run in. `stands_for`: the URLs of pages, with what is there instead."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stands_for: Mapping[str, str] = field(default_factory=dict)

    def run(self, command: Command) -> tuple[int, str]:
        """(exit code, what it printed: both streams, without progress) with the pages' names for what it ran on."""
        text = command.text
        if _SERVING.match(text):
            code, out = self._served(text)
        elif re.search(r"[|&><;$`]|^(?!dba )", re.sub(r"'[^']*'|\"[^\"$]*\"", "", text)):
            code, out = self._shell(self._meant(text))
        else:
            with contextlib.chdir(self.folder):
                more = [word for form, words in _ADDED.items() if form.match(text) for word in words]
                code, out = in_process([*self._words(text), *more])
        for name, real in sorted(self.stands_for.items(), key=lambda pair: -len(pair[1])):
            out = out.replace(real, name)
        return code, out

    def _words(self, text: str) -> list[str]:
        for name, real in self.stands_for.items():
            if " " in name:  # a word means something else beside another
                text = text.replace(name, real)
        return [self._meant(one) for one in shlex.split(text)[1:]]

    def _meant(self, text: str) -> str:
        for name, real in self.stands_for.items():
            text = text.replace(name, real)
        return text

    def _shell(self, text: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", text],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, **self.environment, "PATH": path}

    def _served(self, text: str) -> tuple[int, str]:
        """Start what serves until it is ended, ask it where it waits to be asked, take its first line, and end it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "dbarchitect", *self._words(text)],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if _ASKED.match(text) else subprocess.STDOUT,
            text=True,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            if _ASKED.match(text):
                process.stdin.write(_HELLO + "\n")
                process.stdin.flush()
            first = process.stdout.readline()
            ended = process.poll()
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
            process.communicate()
        return (0 if first and not ended else ended or 70), first


def in_process(arguments: list[str]) -> tuple[int, str]:
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    for stream in (out, err):
        stream.seek(0)
    # Of the other stream only an error counts; what was being done is told there too.
    return code, out.read() + (err.read() if code > 1 else "")


def missing(said: str, printed: str) -> str:
    """The first part of what a page says that was not printed; "" where all of it was, in its order."""
    rest = _plain(printed)
    for part in re.split(r"^\s*\.\.\.\s*$|\s\.\.\.(?=\s*$)", said, flags=re.M):
        wanted = _plain(part)
        at = rest.find(wanted)
        if at < 0:
            return part.strip("\n")
        rest = rest[at + len(wanted) :]
    return ""


def _plain(text: str) -> str:
    return " ".join(_VARIES.sub("#", _BARS.sub("", text)).split())
