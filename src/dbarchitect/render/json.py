"""JSON: the review itself, with a header that names the format.

`findings` are those of the model, each with its `key` (what a baseline keeps) and its proof level written out even
where nothing was run: a level is never implied. `model.value.from_json` reads the document back as the same `Review`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dbarchitect.model.finding import Finding, Review
from dbarchitect.render.digest import counts
from dbarchitect.render.untrusted import json_document, without_passwords

SCHEMA = "dbarchitect.review/1"


def render_json(review: Review, *, version: str) -> str:
    """The review as one indented JSON object."""
    body: dict[str, Any] = msgspec.to_builtins(review)
    body["source"] = without_passwords(review.source)
    header = {
        "schema": SCHEMA,
        "version": version,
        "counts": {severity.value: n for severity, n in counts(review.findings).items()},
    }
    if review.findings:
        body["findings"] = [_finding(one) for one in review.findings]
    return json_document(header | body)


def _finding(one: Finding) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(one)
    body["proof"] = {"level": one.proof.level} | body.get("proof", {})
    return {"key": one.key} | body
