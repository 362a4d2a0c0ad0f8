"""Which form of tenancy follows from what a brief says of law, isolation and the number of tenants."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.decision import Decision
from dbarchitect.design.spec import Spec
from dbarchitect.design.tables import designed

TEXT = "A clinic has a name. A patient has a name. A clinic has many patients. "
APART = "Each clinic's data is isolated.\n\n"


def read(more: str) -> Spec:
    return read_brief((f"# Clinics\n\n{TEXT}{more}").encode(), "brief.md").spec


def decided(spec: Spec) -> Decision:
    draft, _ = designed(spec, now=datetime(2026, 1, 1, tzinfo=UTC))
    [one] = [one for one in draft.decisions if one.topic == "tenancy"]
    return one


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        (APART, "shared"),
        (f"{APART}## Compliance\n\nGDPR and SOC 2.\n", "shared"),
        (f"{APART}## Compliance\n\nHIPAA.\n\n## Volumes\n\n40 clinics\n", "shared"),
        (f"{APART}## Compliance\n\nPCI DSS.\n\n## Volumes\n\n40 clinics\n", "schema"),
        (f"{APART}## Compliance\n\nPCI DSS.\n\n## Volumes\n\n40000 clinics\n", "shared"),
        (f"{APART}## Compliance\n\nPCI DSS.\n", "shared"),
        (f"{APART}## Compliance\n\nContracts ask for a separate database for each clinic.\n", "database"),
        (f"{APART}## Compliance\n\nEach clinic's backups are restored individually.\n", "database"),
        (f"{APART}## Compliance\n\nCustomer-managed keys.\n", "database"),
        ("Each clinic gets its own database.", "database"),
        ("Each clinic needs its own encryption key.", "database"),
        ("Every clinic has its own schema.", "schema"),
        ("Each clinic only sees its own data.", "shared"),
    ],
)  # fmt: skip
def test_the_form_follows_from_what_is_said(more: str, kept: str) -> None:
    spec = read(more)
    assert (spec.surroundings.tenant, spec.surroundings.tenancy) == ("clinic", kept), spec.unread
    one = decided(spec)
    assert one.why and one.instead and one.unless
    for law in spec.surroundings.compliance:
        assert law.upper().split()[0] in f"{one.why} {one.unless}".upper()


def test_what_is_said_outright_holds_and_the_record_says_what_would_follow() -> None:
    spec = read_brief(
        f"---\ntenancy: database per clinic\n---\n{TEXT}\n\n## Volumes\n\n40 clinics\n".encode(), "brief.md"
    ).spec
    assert spec.surroundings.tenancy == "database"
    one = decided(spec)
    assert "as was said" in one.why
    assert "shared" in one.unless


def test_the_number_that_flips_a_schema_does() -> None:
    form = f"{APART}## Compliance\n\nPCI DSS.\n\n## Volumes\n\n{{}} clinics\n"
    one = decided(read(form.format(40)))
    match = re.search(r"more than ([\d,]+)", one.unless)
    assert match is not None
    most = int(match[1].replace(",", ""))
    assert read(form.format(most)).surroundings.tenancy == "schema"
    assert read(form.format(most + 1)).surroundings.tenancy == "shared"
