"""What stands around a plan: psql's borders and continuation marks, quotes of pgAdmin, prefixes of a server's log."""

from __future__ import annotations

import re

_RULE = re.compile(r"^[\s|]*[+|┌├└╔╟╚]?[-=─━┄═]{3,}[-+=|─━┼┬┴┐┤┘╗╢╝═\s]*$")
_FOOT = re.compile(r"^\s*\(\d+ rows?\)\s*$")
_HEAD = re.compile(r"^\W*QUERY PLAN\W*$", re.IGNORECASE)
_BORDER = re.compile(r"^\s*[|│]\s?(.*?)\s*[|│>]\s*$")
_CONTINUED = re.compile(r"\s*[+↵]\s*$")
_LOG = re.compile(r"\bduration: [\d.]+ ms  plan:")
_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$")


def unframed(text: str) -> str:
    """The lines of a plan without what clients, quotes and logs put around them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\u00a0", " ")
    text = text.replace("#011", "\t").expandtabs(8)
    lines = [line for line in text.split("\n") if not (_FENCE.match(line) or _RULE.match(line) or _FOOT.match(line))]
    lines = [line for line in lines if not _HEAD.match(line)]
    lines = _without_borders(lines)
    lines = _without_quotes(lines)
    if _in_one_cell(lines):  # one value over several lines: psql marks each but the last
        lines = [_CONTINUED.sub("", line) for line in lines]
    for prefix in ("> ", "-- ", "# ", "| "):
        full = [line for line in lines if line.strip()]
        if len(full) > 1 and all(line.lstrip().startswith(prefix.strip()) for line in full):
            lines = [re.sub(rf"^\s*{re.escape(prefix.strip())} ?", "", line) for line in lines]
    return "\n".join(line for line in lines if not _LOG.search(line))


def _without_borders(lines: list[str]) -> list[str]:
    full = [line for line in lines if line.strip()]
    bordered = [line for line in full if _BORDER.match(line)]
    if not full or len(bordered) < 0.8 * len(full):
        return lines
    return [match[1] if (match := _BORDER.match(line)) else line for line in lines]


_PROPERTY = re.compile(r'"\s*(?:->|[A-Z][A-Za-z ]*: )')


def _without_quotes(lines: list[str]) -> list[str]:
    full = [line.strip() for line in lines if line.strip()]
    quoted = [line for line in full if len(line) > 1 and line[0] == line[-1] == '"']
    whole = bool(full) and len(quoted) >= 0.8 * len(full)
    bare: list[str] = []
    for line in lines:
        stripped = line.strip()
        # Some clients quote only lines that hold quotes or semicolons.
        if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' and (whole or _PROPERTY.match(stripped)):
            line = stripped[1:-1].replace('""', '"')
        bare.append(line)
    return bare


def _in_one_cell(lines: list[str]) -> bool:
    full = [line for line in lines if line.strip()]
    return len(full) > 2 and sum(bool(_CONTINUED.search(line)) for line in full) >= 0.7 * len(full)
