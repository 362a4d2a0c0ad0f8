"""Names and messages come from other people's databases: here they lose what could deceive or harm a reader.

Each format escapes its own syntax on top of this (rich is given `Text` values and never markup).
"""

from __future__ import annotations

import json
import re
import unicodedata

# Controls (ESC above all), format characters (bidi overrides, zero widths), lone surrogates, line separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# But for the word that stands for a password in hints.
_USERINFO = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.-]*://)(?P<user>[^\s:/@]*):(?!PASSWORD@)[^\s/]*@"
)  # but what stands for one in a hint
_PASSWORD = re.compile(r"(?i)\b(password|passwd|pgpassword|sslpassword)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'\"]+)")


def visible(text: str, *, keep: str = "") -> str:
    r"""`text` with every character that acts instead of showing written as an escape (`\x1b`, `\u202e`).

    `keep` names characters that stay, such as newline and tab in SQL over several lines.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _UNSEEN and c not in keep else c for c in text)


def without_passwords(text: str) -> str:
    """`text` with the passwords of URLs and connection strings replaced by `***`."""
    if "://" in text:
        text = _USERINFO.sub(r"\g<scheme>\g<user>:***@", text)
    return _PASSWORD.sub(r"\1\2***", text) if "=" in text else text


def line(text: str) -> str:
    """Untrusted text as one safe line."""
    return visible(without_passwords(text.strip()))


def block(text: str) -> str:
    """Untrusted text over several lines, such as SQL."""
    return visible(text.replace("\r\n", "\n").strip("\n"), keep="\n\t")


def json_document(value: object) -> str:
    r"""Plain values as indented JSON, acting characters as `\uXXXX`: the value stays the same, a terminal is safe.

    Not msgspec's encoder: a file name that is not UTF-8 arrives as lone surrogates, which that refuses.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if not text.isascii() or "\x7f" in text:
        text = "".join(_json_escape(c) if c != "\n" and unicodedata.category(c) in _UNSEEN else c for c in text)
    return text + "\n"


def _escape(c: str) -> str:
    code = ord(c)
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c)
    if named:
        return named
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(c: str) -> str:
    code = ord(c)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
