"""Reports for people: one file each, whole in itself, that asks nothing of any network.

`page` sets a template with its style and its script. What is printed into a template is untrusted until it is `Markup`:
it loses what acts (`untrusted.visible`), its passwords, and is escaped, in one place and without being asked for. A
content security policy names the style and the script by their hashes, so that a browser runs nothing else.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dbarchitect.model.figures import size_text
from dbarchitect.render.digest import amount, figures, plural
from dbarchitect.render.untrusted import block, visible, without_passwords

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')  # the first: it is ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server whose page this is: `here` is the address of its part, `links` are (address, name) of all parts,
    `again` leads to the question that this answers."""

    here: str
    links: tuple[tuple[str, str], ...]
    again: str = ""


def page(template: str, *, site: Site | None = None, **values: Any) -> str:
    """The page of a template. `values` may hold `Markup` for what was escaped already, such as a drawing."""
    body = _environment().get_template(template).render(site=site, **values)
    style, script = _static("page.css"), _static("page.js") + _static("diagram.js")
    if site is not None:
        script += _static("site.js")
    head = (
        _environment()
        .get_template("head.html")
        .render(
            title=values["title"],
            policy=Markup(_policy([style, *_STYLE.findall(body)], [script], served=site is not None)),
            site=site,
            style=Markup(style),
        )
    )
    return f"{head}{body}<script>{script}</script>\n</body>\n</html>\n"


def policy_of(text: str) -> str:
    """The content security policy that a page of ours states, for the header that says the same."""
    found = _POLICY.search(text)
    return "default-src 'none'" if found is None else found[1]


def _policy(styles: list[str], scripts: list[str], *, served: bool) -> str:
    """https://www.w3.org/TR/CSP3/: only what was written here may act, and nothing is fetched; a page that is
    `served` may ask its own server."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(dict.fromkeys(map(_hash, styles)))}",
            f"script-src {' '.join(map(_hash, scripts))}",
            "base-uri 'none'",
            *(("form-action 'self'", "connect-src 'self'") if served else ("form-action 'none'",)),
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _static(name: str) -> str:
    return resources.files(__package__ or __name__).joinpath("static", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("dbarchitect.render.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Their types are those of what Jinja brings, and do not admit more.
    filters, known = cast("dict[str, Any]", made.filters), cast("dict[str, Any]", made.globals)
    filters |= {
        "size": size_text,
        "amount": amount,
        "sql": _sql,
        "figures": figures,
        "plural": plural,
        "one_line": _one_line,
        "prose": _prose,
        "statement": _statement,
        "breakable": _breakable,
    }
    known["bar"] = _bar
    return made


def _shown(value: object) -> object:
    """What is printed: everything but markup of our own comes from other people's databases."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return visible(without_passwords(str(value)), keep="\n\t")


def _sql(text: str) -> Markup:
    """SQL over several lines, as it is: a condition on a column `password` is no password."""
    return escape(block(text))


def _prose(text: str) -> Markup:
    """Text in which `code` stands between backticks, as the pages of rules write it."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(_shown(text)))))


def _breakable(text: str) -> Markup:
    """A name that a narrow column breaks where its words end."""
    return Markup(re.sub(r"(?<=[a-zA-Z0-9])([._])(?=[a-zA-Z0-9])", r"\1<wbr>", str(escape(_shown(text)))))


def _statement(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith(";") else f"{text};"


def _one_line(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}…"


def _bar(share: float, kind: str = "") -> Markup:
    """A bar of so much of its width, which is an attribute of the drawing: the policy allows no style of its own."""
    width = round(max(0.0, min(share, 1.0)) * 100, 1)
    return Markup(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10"/><rect class="fill" width="{}" height="10"/></svg>'
    ).format(kind, width)
