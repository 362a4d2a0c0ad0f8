"""Damage to logs: bytes, lines and quotes that are lost, doubled, swapped or foreign."""

from __future__ import annotations

import random

_FOREIGN = [
    b"\x00", b"\xff\xfe", b"'", b'"', b"\n", b"\t", b"\r\n", b"\\", b"$$", b"/*", b"*/", b"--", b"{", b"}", b"[", b",,",
    b"LOG:  ", b"DETAIL:  ", b"ERROR:  ", b"duration: ", b"duration: 9" + b"9" * 400 + b" ms  statement: x",
    b"statement: ", b"plan:\n", b"plan:\n{", b"execute fetch from x: ", b"EXECUTE a(1,'", b"prepare: PREPARE a AS ",
    b"Parameters: $1 = '", b"$99999999999 = 'x'", "\u2028\ud7ff\U0001f600".encode(), b"\\ud800", b"\xed\xa0\x80",
    b"BEGIN", b"COMMIT;", b"1e999", b"-1", b"disconnection: session time",
]  # fmt: skip


def damaged(data: bytes, dice: random.Random, *, rate: float = 0.3) -> bytes:
    """`data` with that share of its lines damaged."""
    out: list[bytes] = []
    lines = data.splitlines(keepends=True)
    for line in lines:
        while dice.random() < rate:
            line = _mutated(line, lines, dice)
        out.append(line)
    return b"".join(out)


def _mutated(line: bytes, lines: list[bytes], dice: random.Random) -> bytes:
    at = dice.randint(0, len(line))
    to = min(len(line), at + dice.randint(1, 40))
    kind = dice.randint(0, 7)
    if kind == 0:
        return line[:at] + line[to:]
    if kind == 1:
        return line[:at] + dice.choice(_FOREIGN) + line[at:]
    if kind == 2:
        return line[:at] + bytes([dice.randint(0, 255)]) + line[at + 1 :]
    if kind == 3:
        return line[:at]
    if kind == 4:
        return line + line
    if kind == 5:
        return dice.choice(lines)
    if kind == 6:
        return line[:at] + line[at:to] * dice.randint(2, 200) + line[to:]
    return line[:at] + dice.choice(lines)[at:]
