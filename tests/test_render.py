"""Every format from the same reviews: complete, in order, and safe whatever the names say."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as Xml
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from dbarchitect.api import TwinSummary
from dbarchitect.api.query import query_plan
from dbarchitect.model.advice import AdvisedIndex, BudgetPoint, IndexAdvice, QueryVerdict
from dbarchitect.model.finding import Finding, Gap, Mend, Review, Severity, Silence, Suppressed
from dbarchitect.model.names import Name, ObjectKind, ObjectRef, Position
from dbarchitect.model.proof import Level, Proof, Shown
from dbarchitect.model.schema import Index
from dbarchitect.model.value import from_json
from dbarchitect.render import FORMATS, Format, Screen, render_review
from dbarchitect.render.digest import (
    amount,
    by_object,
    cost_unit,
    figures,
    next_commands,
    suppressed_by,
    verdict,
    worst,
)
from dbarchitect.render.html import Site
from dbarchitect.render.html.index import index_page
from dbarchitect.render.html.query import query_page
from dbarchitect.render.index import render_advice
from dbarchitect.render.markdown import LIMIT, code, fence, prose, render_markdown
from dbarchitect.render.page import render_index, render_page
from dbarchitect.render.query import render_query
from dbarchitect.render.summary import render_twin
from dbarchitect.render.text import wrapped_sql
from dbarchitect.render.untrusted import visible, without_passwords

E, W, N = Severity.ERROR, Severity.WARNING, Severity.INFO
ROOT = Path("/project")

# What a hostile schema may be called: markup of every format, an escape sequence, a bidi override, a lone surrogate.
HOSTILE = (
    "a`b``c|d <script>x</script> @octocat #1 [t](javascript:x) [red]r[/red] :boom: **b** "
    "\x1b[31m\x07\r\n::error file=x::boo\u202egpj.\u2066\u200b\u2028\x85\ud800%0A~~s~~ </details> $x$"
)
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class RulePage:
    id: str
    severity: str
    needs: str
    text: str


PAGES = (
    RulePage(
        "fk-without-index", "warning", "structure", "A foreign key without an index.\n\n## Why it matters\n\nSlow."
    ),
    RulePage("char-n", "info", "", "Fixed-width text.\n\nBlanks."),
)


def at(name: str, sub: str = "", kind: ObjectKind = "table", schema: str = "public") -> ObjectRef:
    return ObjectRef(kind=kind, schema=schema, name=name, sub=sub)


MEASURED = Proof(
    level="measured",
    method="Deleted one customer in the lab.",
    holds=True,
    before={"delete_ms": 412.25, "buffers": 44_248},
    after={"delete_ms": 0.3125, "buffers": 9},
    rerun="dba check app.sql --prove",
)
FINDINGS = (
    Finding(
        rule="fk-without-index",
        severity=E,
        at=at("orders", "customer_id", "column"),
        message="Deleting a customer reads all of orders.",
        why="Locks are held for as long.",
        unless="Customers are never deleted.",
        ddl=("CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders USING btree (customer_id)",),
        proof=MEASURED,
        position=Position(file="db/app.sql", line=41, column=3),
    ),
    Finding(rule="char-n", severity=W, at=at("users", "code", "column"), message="users.code is char(4)."),
    Finding(rule="char-n", severity=W, at=at("users", "zip", "column"), message="users.zip is char(5).", asks=True),
    Finding(
        rule="serial-instead-of-identity",
        severity=N,
        at=at("Weird Name", "id", "column", "app"),
        message="It is serial.",
        experiment=Shown(query="select true", shows="it is"),
    ),
    Finding(
        rule="duplicate-index",
        severity=W,
        at=at("orders", "i2", "index"),
        message="i2 repeats i1.",
        proof=Proof(level="planned", method="Dropped on it.", holds=False, before={"cost": 10}, after={"cost": 20.0}),
    ),
)
REVIEW = Review(
    source="db/app.sql",
    engine="postgresql",
    findings=FINDINGS,
    silent=(Silence(rule="unused-index", reason="no counters in a file"),),
    suppressed=(
        Suppressed(finding=FINDINGS[1], by="baseline", reason="known before"),
        Suppressed(finding=FINDINGS[0], by="comment at db/app.sql:40", reason="on purpose"),
    ),
    gaps=(Gap(kind="extension", name="postgis", effect="geometry is a stand-in"),),
    tables=12,
    indexes=20,
    rules_run=25,
    environment={"server": "PostgreSQL 18.6"},
)
HOSTILE_FINDING = Finding(
    rule="fk-without-index",
    severity=E,
    at=at(HOSTILE, HOSTILE, "column", HOSTILE),
    message=HOSTILE,
    why=HOSTILE,
    unless=HOSTILE,
    also=(at(HOSTILE),),
    ddl=(f'CREATE INDEX ON "{HOSTILE}" (x)\n```\n::error::y',),
    proof=Proof(level="measured", method=HOSTILE, before={HOSTILE: HOSTILE}, after={HOSTILE: HOSTILE}, rerun=HOSTILE),
    position=Position(file=HOSTILE, line=7),
)


def hostile(copies: int = 5) -> Review:
    return Review(
        source=HOSTILE,
        engine="postgresql",
        findings=(HOSTILE_FINDING,) * copies,
        silent=(Silence(rule="char-n", reason=HOSTILE),),
        suppressed=(Suppressed(finding=HOSTILE_FINDING, by=HOSTILE, reason=HOSTILE),),
        gaps=(Gap(kind="extension", name=HOSTILE, effect=HOSTILE),),
        environment={"server": HOSTILE},
        mends=(
            Mend(rule="char-n", at=at(HOSTILE), outcome="left", reason=HOSTILE, offenders=HOSTILE),
            Mend(rule="char-n", at=at(HOSTILE), outcome="written", migration=HOSTILE, remarks=(HOSTILE,)),
        ),
        tables=1,
    )


def render(review: Review, form: Format, **screen: object) -> str:
    return render_review(
        review,
        form,
        screen=Screen(**screen),  # type: ignore[arg-type]
        pages=PAGES,
        root=ROOT,
        version="0.1.0",
    )


# Every format


@pytest.mark.parametrize("form", FORMATS)
def test_every_finding_is_in_every_format_with_its_level(form):
    text = render(REVIEW, form)
    assert text.endswith("\n")
    for finding in FINDINGS:
        assert finding.rule in text
        assert finding.message.rstrip(".") in text.replace("\n", " ").replace("  ", " ")
        assert finding.proof.level in text
    assert "postgis" in text
    assert "suppress" in text


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_hostile_acts(form):
    text = render(hostile(), form)
    assert not ACTING.search(text.replace("\n", ""))
    assert text.encode("utf-8")  # no surrogate is left


@pytest.mark.parametrize("form", FORMATS)
def test_passwords_are_in_no_format(form):
    review = msgspec.structs.replace(REVIEW, source="postgresql://bob:hunter2@db.example/app?sslpassword=hunter2")
    assert "hunter2" not in render(review, form)


@pytest.mark.parametrize("form", FORMATS)
def test_no_finding_is_a_result(form):
    text = render(msgspec.structs.replace(REVIEW, findings=(), suppressed=()), form)
    if form in ("text", "github", "markdown"):
        assert "nothing found by 25 rules in 12 tables" in text
    elif form == "junit":
        [case, silent] = Xml.fromstring(text).iter("testcase")
        assert (case.get("name"), list(case)) == ("nothing found by 25 rules in 12 tables and 20 indexes", [])
        assert silent.find("skipped") is not None
    else:
        assert json.loads(text)


# The digest


def test_the_verdict_counts():
    assert verdict(REVIEW) == "1 error, 3 warnings and 1 note in 12 tables"


def test_the_worst_are_severe_then_proved_and_each_rule_first():
    def one(rule: str, severity: Severity, name: str, proof: Proof | None = None) -> Finding:
        return Finding(rule=rule, severity=severity, at=at(name), message="m", proof=proof or Proof())

    found = (
        one("a", W, "1"),
        one("a", E, "2"),
        one("a", E, "3"),
        one("b", E, "4"),
        one("c", W, "5", MEASURED),
        one("c", N, "6", MEASURED),
    )
    assert [f.at.name for f in worst(found)] == ["2", "4", "3"]
    assert [f.at.name for f in worst(found, 5)] == ["2", "4", "3", "5", "1"]
    assert worst(()) == ()


def test_objects_are_grouped_worst_first():
    grouped = by_object(FINDINGS)
    assert [(name, len(group)) for name, group in grouped] == [("orders", 2), ("users", 2), ('app."Weird Name"', 1)]


def test_figures_pair_up_with_their_units():
    before, after = {"delete_ms": 412.25, "size_bytes": 0, "x": 1}, {"delete_ms": 0.3, "size_bytes": 0, "y": 2}
    shown = figures(Proof(before=before, after=after))
    assert [(one.label, one.before, one.after, one.gain) for one in shown] == [
        ("delete", "412 ms", "0.3 ms", "1,374x faster"),
        ("size", "0 bytes", "0 bytes", ""),
        ("x", "", "1", ""),
        ("y", "", "2", ""),
    ]
    named = figures(Proof(after={"ms": 1, "total_cost": 2, "dead_rows": 3, "index_bytes": 2048, "x_y": 4, "s": 2}))
    assert [(one.label, one.after) for one in named] == [
        ("time", "1.0 ms"),
        ("total cost", "2"),
        ("dead rows", "3"),
        ("index", "2.0 kB"),
        ("x y", "4"),
        ("time", "2.00 s"),
    ]
    slower = figures(Proof(before={"run_s": 1.0}, after={"run_s": 2.5}))[0]
    assert (slower.gain, slower.before_share, slower.after_share) == ("2.5x slower", 0.4, 1.0)
    same = figures(Proof(before={"cost": 5.0}, after={"cost": 5.0}))[0]
    assert (same.gain, same.after_share) == ("unchanged", 0.0)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "ms", "unknown"),
        (True, "", "yes"),
        (1234567, "", "1,234,567"),
        (0.5, "", "0.5"),
        (0.9999999999999999, "", "0.9999999999999999"),
        (2.0, "", "2"),
        (1234.5, "cost", "1,234"),
        (0.0123, "ms", "0.012 ms"),
        (12.34, "ms", "12.3 ms"),
        (1500, "ms", "1.50 s"),
        (600, "s", "10.0 min"),
        (512, "bytes", "512 bytes"),
        (1536, "bytes", "1.5 kB"),
        (3 * 1024**4, "bytes", "3.0 TB"),
        ("a\x1bb", "", "a\\x1bb"),
    ],
)
def test_amounts_for_people(value, unit, said):
    assert amount(value, unit) == said


def test_suppressed_are_counted_by_who_did_it():
    assert suppressed_by(REVIEW) == "2 suppressed: 1 by baseline, 1 by comment"
    assert suppressed_by(msgspec.structs.replace(REVIEW, suppressed=())) == ""


def test_the_next_command_follows_from_what_is_unproved():
    assert next_commands(REVIEW)[0][0] == "dba check db/app.sql --prove"
    proved = msgspec.structs.replace(REVIEW, findings=FINDINGS[:1], source="a b.sql")
    assert next_commands(proved)[0][0] == "dba explain fk-without-index"
    clean = msgspec.structs.replace(REVIEW, findings=(), source="a b.sql")
    assert next_commands(clean)[0][0] == "dba twin create 'a b.sql' -o app.twin"


# Text


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("unicode", [True, False])
def test_text_fits_its_screen(width, unicode):
    text = render(REVIEW, "text", width=width, unicode=unicode)
    assert max(len(one) for one in text.splitlines()) <= width
    assert not any(one != one.rstrip() for one in text.splitlines())
    assert text.isascii() is not unicode


def test_text_starts_with_the_verdict_and_ends_with_what_next():
    lines = render(REVIEW, "text", width=80).splitlines()
    assert "1 error, 3 warnings and 1 note in 12 tables" in lines[2]
    titles = ("The worst", "by object", "Silent", "Gaps", "Next")
    places = [next(n for n, one in enumerate(lines) if "──" in one and title in one) for title in titles]
    assert places == sorted(places)
    worst_part = "\n".join(lines[places[0] : places[1]])
    assert "412 ms" in worst_part and "0.31 ms" in worst_part and "1,319x faster" in worst_part
    assert "db/app.sql:41:3" in worst_part


def test_color_adds_nothing_but_color():
    plain = render(REVIEW, "text", width=80)
    colored = render(REVIEW, "text", width=80, color=True)
    assert "\x1b[" in colored
    assert "\x1b" not in plain
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [one.rstrip() for one in stripped.splitlines()] == plain.splitlines()


def test_markup_in_names_stays_text():
    assert "[red]r[/red]" in render(hostile(1), "text", width=140, color=True).replace("\n   ", " ")


def test_sql_on_the_screen_is_the_sql():
    sql = (
        'CREATE INDEX CONCURRENTLY "a  long ""name""" ON public.t USING btree (x) '
        "WHERE y = 'two  blanks and more of it'"
    )
    lines = wrapped_sql(sql, 40)
    assert len(lines) > 2
    assert " ".join(one.strip() for one in lines) == sql
    assert wrapped_sql("DO $$ a b $$", 5) == ("DO $$ a b $$",)
    long = 'ALTER TABLE t ADD CONSTRAINT "' + "n" * 63 + '" CHECK (x > 0)'
    finding = msgspec.structs.replace(FINDINGS[0], ddl=(long,))
    text = render(msgspec.structs.replace(REVIEW, findings=(finding,)), "text", width=40)
    assert '"' + "n" * 63 + '"' in text


def test_a_long_fix_is_cut_and_says_so():
    finding = msgspec.structs.replace(FINDINGS[0], ddl=tuple(f"DROP TABLE t{n}" for n in range(40)))
    text = render(msgspec.structs.replace(REVIEW, findings=(finding,)), "text")
    assert "DROP TABLE t4;" in text and "DROP TABLE t5;" not in text
    assert "-- and 35 statements more" in text


# JSON


def test_json_reads_back_as_the_review():
    text = render(REVIEW, "json")
    assert from_json(Review, text) == REVIEW
    body = json.loads(text)
    assert (body["schema"], body["version"]) == ("dbarchitect.review/1", "0.1.0")
    assert body["counts"] == {"error": 1, "warning": 3, "info": 1}
    assert body["findings"][1]["key"] == FINDINGS[1].key
    assert body["findings"][1]["proof"] == {"level": "asserted"}


def test_json_keeps_hostile_names_to_the_letter():
    name = HOSTILE.replace("\ud800", "")  # UTF-8 has no lone surrogates, and neither has PostgreSQL
    finding = Finding(rule="r", severity=N, at=at(name), message="m\U000e0041")
    review = Review(source="s", engine="postgresql", findings=(finding,))
    text = render(review, "json")
    assert not ACTING.search(text.replace("\n", ""))
    assert from_json(Review, text) == review


# SARIF


def test_sarif_has_what_code_scanning_reads():
    body = json.loads(render(REVIEW, "sarif"))
    assert body["version"] == "2.1.0"
    run = body["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == sorted({f.rule for f in FINDINGS})
    known = {one["id"]: one for one in rules}
    assert known["fk-without-index"]["shortDescription"]["text"] == "A foreign key without an index."
    assert "Slow." in known["fk-without-index"]["help"]["markdown"]
    assert len(run["results"]) == 7
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    first = run["results"][0]["locations"][0]
    assert first["physicalLocation"] == {
        "artifactLocation": {"uri": "db/app.sql", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 41, "startColumn": 3},
    }
    assert first["logicalLocations"][0]["fullyQualifiedName"] == "public.orders.customer_id"
    assert [r["suppressions"][0]["kind"] for r in run["results"][5:]] == ["external", "inSource"]


def test_sarif_fingerprints_follow_the_object_and_not_the_line():
    moved = msgspec.structs.replace(FINDINGS[0], position=Position(file="db/app.sql", line=99), message="other words")
    both = msgspec.structs.replace(REVIEW, findings=(FINDINGS[0], moved, FINDINGS[1]), suppressed=())
    prints = [one["partialFingerprints"] for one in json.loads(render(both, "sarif"))["runs"][0]["results"]]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    ("file", "uri", "base"),
    [
        ("/project/a b/ü#1.sql", "a%20b/%C3%BC%231.sql", "%SRCROOT%"),
        ("c:d/e.sql", "c%3Ad/e.sql", "%SRCROOT%"),
        ("/elsewhere/x.sql", "file:///elsewhere/x.sql", None),
    ],
)
def test_sarif_uris(file, uri, base):
    finding = msgspec.structs.replace(FINDINGS[0], position=Position(file=file, line=1))
    body = json.loads(render(msgspec.structs.replace(REVIEW, findings=(finding,)), "sarif"))
    location = body["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (location["uri"], location.get("uriBaseId")) == (uri, base)


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("postgresql://bob:hunter2@db.example:5433/app?sslmode=require", "db.example%3A5433/app"),
        ("postgresql:///app", "app"),
        ("postgresql://", "database"),
    ],
)
def test_sarif_of_a_live_database_is_placed_at_its_name(source, uri):
    live = msgspec.structs.replace(REVIEW, source=source, findings=FINDINGS[1:2], suppressed=())
    location = json.loads(render(live, "sarif"))["runs"][0]["results"][0]["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }


def test_what_has_no_place_is_at_the_file_that_stands_for_the_source():
    folder = msgspec.structs.replace(
        REVIEW, source="db/migrations", file="db/migrations/0009_x.sql", findings=FINDINGS[1:2], suppressed=()
    )
    location = json.loads(render(folder, "sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "db/migrations/0009_x.sql"
    assert location["region"] == {"startLine": 1}
    assert parsed(render(folder, "github").splitlines()[0])[1]["file"] == "db/migrations/0009_x.sql"


def test_what_is_not_certain_says_so_and_the_rest_is_quiet():
    likely = msgspec.structs.replace(FINDINGS[1], certainty="likely", lowered="info and no warning: 3 rows")
    for form in FORMATS:
        text = render(msgspec.structs.replace(REVIEW, findings=(likely, *FINDINGS[2:3])), form)
        assert "likely" in text, form
        assert "info and no warning: 3 rows" in text, form
        if form not in ("json", "sarif"):
            assert "certain)" not in text, form
    assert "certain" not in render(msgspec.structs.replace(REVIEW, findings=FINDINGS[:1], suppressed=()), "json")


def test_what_came_of_fixes_is_told():
    mends = (
        Mend(rule="a", at=at("t"), outcome="written", migration="0007", remarks=("rewrites t",), offenders="SELECT 1"),
        Mend(rule="b", at=at("u"), outcome="left", reason="it asks"),
        Mend(rule="c", at=at("v"), outcome="none", reason="no mechanical fix"),
    )
    review = msgspec.structs.replace(REVIEW, mends=mends)
    for form in ("text", "markdown"):
        text = render(review, form).replace("\\", "")
        for said in (
            "1 fix written, 1 left, 1 without a mechanical fix",
            "0007",
            "rewrites t",
            "SELECT 1",
        ):
            assert said in text, form
        assert "it asks" in text, form
    assert "1 fix written" in render(review, "github").splitlines()[-1]
    assert from_json(Review, render(review, "json")).mends == mends


# JUnit


def test_junit_has_a_case_for_each_finding():
    suites = Xml.fromstring(render(REVIEW, "junit"))
    [suite] = suites
    cases = suite.findall("testcase")
    assert (suites.get("tests"), suite.get("failures"), suite.get("skipped")) == (str(len(cases)), "4", "1")
    assert [one.get("classname") for one in cases] == [*(one.rule for one in FINDINGS), "unused-index"]
    assert (cases[0].get("file"), cases[0].get("line"), cases[0].get("name")) == (
        "db/app.sql",
        "41",
        "orders.customer_id",
    )
    failures = [one.find("failure") for one in cases]
    assert [one is not None and one.get("type") for one in failures] == [
        "error",
        "warning",
        "warning",
        False,
        "warning",
        False,
    ]
    assert failures[0] is not None
    assert FINDINGS[0].ddl[0] in (failures[0].text or "")
    assert [child.tag for child in cases[3]] == ["system-out"]  # a note is no failure
    assert cases[5].find("skipped") is not None


def test_junit_is_xml_whatever_the_names():
    names = "".join(map(chr, [*range(32), 0xFFFE, 0xFFFF, 0x1F600])) + "]]></failure>&amp;<!--"
    finding = msgspec.structs.replace(FINDINGS[1], message=names, ddl=(names,), at=at(names), why=names)
    [case] = Xml.fromstring(render(msgspec.structs.replace(REVIEW, findings=(finding,), silent=()), "junit")).iter(
        "testcase"
    )
    [failure] = case
    assert failure.tag == "failure"
    assert "]]></failure>&amp;<!--" in (failure.get("message") or "")
    assert "😀" in (failure.text or "")


def test_sarif_messages_hold_no_links():
    text = json.loads(render(hostile(1), "sarif"))["runs"][0]["results"][0]["message"]["text"]
    assert "](" not in text


# GitHub


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """As the runner reads a command."""
    command, _, message = line.removeprefix("::").partition("::")
    name, _, rest = command.partition(" ")
    decode = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
    properties = dict(one.split("=", 1) for one in rest.split(",") if one)
    for code_, char in decode:
        properties = {key: value.replace(code_, char) for key, value in properties.items()}
        if code_ not in ("%3A", "%2C"):
            message = message.replace(code_, char)
    return name, properties, message


def test_github_annotations():
    lines = render(REVIEW, "github").splitlines()
    assert len(lines) == len(FINDINGS) + 2
    name, properties, message = parsed(lines[0])
    assert name == "error"
    assert properties == {
        "file": "db/app.sql",
        "line": "41",
        "col": "3",
        "title": "fk-without-index (measured) on orders.customer_id",
    }
    assert message.splitlines()[:2] == [FINDINGS[0].message, "delete: 412 ms -> 0.31 ms 1,319x faster"]
    assert [parsed(one)[0] for one in lines[:-1]] == ["error", "warning", "warning", "warning", "notice", "notice"]
    assert lines[-1].startswith("dba: 1 error, 3 warnings")


def test_github_commands_cannot_be_forged():
    lines = render(hostile(2), "github").splitlines()
    assert len(lines) == 4
    assert [one.partition(" ")[0] for one in lines] == ["::error", "::error", "::notice", "dba:"]
    _, properties, _ = parsed(lines[0])
    assert set(properties) == {"file", "line", "title"}


# Markdown


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.depth += tag == "details"

    def handle_endtag(self, tag):
        self.depth -= tag == "details"
        assert self.depth >= 0


def without_code(text: str) -> str:
    """Markdown without its code blocks and spans, which show what they hold."""
    text = re.sub(r"^(`{3,})sql\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", text.replace("\\`", ""))


def test_markdown_cannot_be_forged():
    text = without_code(render(hostile(), "markdown"))
    tags = Tags()
    tags.feed(text)
    assert set(tags.seen) <= {"details", "summary"}
    assert tags.depth == 0
    assert "<script" not in text
    assert not re.search(r"@\w", text)
    assert not re.search(r"(?<!&)#\d", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    for row in (one for one in text.splitlines() if one.startswith("| ")):
        assert len(re.findall(r"(?<!\\)\|", row)) in (5, 6)


def test_markdown_folds_the_rest():
    text = render(REVIEW, "markdown")
    assert text.startswith("## dba check: 1 error, 3 warnings and 1 note in 12 tables\n")
    assert text.count("<details>") == text.count("</details>") == 4
    assert "| delete | 412 ms | 0.31 ms | 1,319x faster |" in text
    assert "```sql\nCREATE INDEX CONCURRENTLY orders_customer_id_idx" in text


def test_markdown_says_what_was_cut():
    many = tuple(
        Finding(rule="char-n", severity=W, at=at(f"table_{n}", f"c{m}", "column"), message=f"{n}.{m} " + "long " * 20)
        for n in range(300)
        for m in range(3)
    )
    text = render_markdown(msgspec.structs.replace(REVIEW, findings=many))
    assert LIMIT - 3000 < len(text) <= LIMIT
    cut = re.search(r"\*\*([\d,]+) findings on ([\d,]+) objects cut\*\*", text)
    assert cut is not None
    # The first table's three are the worst, told in full above.
    assert text.count("<summary>table_") + int(cut[2]) == 299
    assert 3 * (text.count("<summary>table_") + 1) + int(cut[1]) == 900
    assert text.count("<details>") == text.count("</details>")


def test_markdown_keeps_its_limit_whatever_the_names():
    huge = "x|`" * 40_000
    finding = Finding(rule="r", severity=E, at=at(huge, huge), message=huge, why=huge, ddl=(huge,) * 30)
    review = Review(
        source=huge,
        engine="postgresql",
        findings=(finding,) * 9,
        gaps=(Gap(kind="k", name=huge, effect=huge),) * 90,
        environment={"server": huge},
    )
    assert len(render_markdown(review)) <= LIMIT


def test_markdown_pieces():
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code("a|b", cell=True) == "`a\\|b`"
    assert fence("a\n```\nb", "sql") == "````sql\na\n```\nb\n````"
    assert prose("my_table_name and _em_ *b* <i> &amp; a\nb") == (
        "my_table_name and \\_em\\_ \\*b\\* &lt;i&gt; &amp;amp; a b"
    )


# Untrusted text


def test_what_acts_is_shown_and_what_shows_stays():
    assert visible("a\x1b[1m\u202e\U000e0041") == "a\\x1b[1m\\u202e\\U000e0041"
    assert visible("a\nb\tc") == "a\\nb\\tc"
    assert visible("a\nb\tc", keep="\n\t") == "a\nb\tc"
    assert visible("naïve 表 🐘 עברית") == "naïve 表 🐘 עברית"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://u:p%40ss@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql://:p@h/d", "postgresql://:***@h/d"),
        ("postgresql://u:p@ss@h/d", "postgresql://u:***@h/d"),
        ("host=h password='a b' user=u", "host=h password=*** user=u"),
        ("postgresql://h/d?user=u&password=x&a=b", "postgresql://h/d?user=u&password=***&a=b"),
    ],
)
def test_passwords_are_replaced(text, clean):
    assert without_passwords(text) == clean


# Rule pages


def test_pages_and_their_index():
    plain, colored = Screen(width=80), Screen(width=80, color=True)
    assert render_page(PAGES[0], plain).startswith("fk-without-index | warning | looks at structure\n\nA foreign key")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", render_page(PAGES[0], colored))
    assert "Why it matters" in shown and "##" not in shown
    index = render_index(PAGES, plain).splitlines()
    assert [one.split()[0] for one in index] == ["fk-without-index", "char-n"]
    assert "A foreign key without an index" in index[0]
    assert "fk-without-index" in render_index(PAGES, colored)


# Twins


def twin(name: str) -> TwinSummary:
    return TwinSummary(
        path=name,
        file_bytes=1536,
        format=1,
        product="dbarchitect 0.1.0",
        taken_at="2026-11-23T01:00:00+00:00",
        source=name,
        engine="PostgreSQL 15.18",
        redacted=True,
        scale={name: 100.0},
        tables=2,
        indexes=1,
        columns_with_statistics=7,
        rows=5_000_000.0,
        bytes=3 * 1024**3,
        queries=1,
        largest=((name, 5_000_000.0, 3 * 1024**3), ("empty", 0.0, 0)),
        gaps=(Gap(kind="extension", name=name, effect="missing"),),
    )


def test_a_twin_in_words():
    text = render_twin(twin("app.twin"), Screen(width=80))
    for part in ("1.5 kB, no rows", "2 tables, 1 index, 5,000,000 rows, 3.0 GB", "statistics of 7 columns, 1 query"):
        assert part in text
    assert "redacted" in text and "app.twin 100x" in text and "extension app.twin: missing" in text
    assert "empty" not in text
    assert max(len(one) for one in text.splitlines()) <= 80
    assert not ACTING.search(render_twin(twin(HOSTILE), Screen(color=False)).replace("\n", ""))


@pytest.mark.parametrize(
    ("environment", "level", "method", "name"),
    [
        ({"server": "PostgreSQL 18.6"}, "planned", "planned on the twin", "planner cost"),
        ({"planner": "SQLite 3.54.1"}, "planned", "planned on the twin", "rows read"),
        ({"planner": "SQLite 3.54.1"}, "measured", "costs are instructions of SQLite's machine", "instructions"),
    ],
)
def test_a_cost_says_its_unit_in_every_format(
    environment: dict[str, str], level: Level, method: str, name: str
) -> None:
    proof = Proof(level=level, method=method, environment=environment, before={"cost": 900.0}, after={"cost": 30.0})
    (figure,) = figures(proof)
    assert figure.label == name and figure.gain == "30x cheaper"
    one = QueryVerdict(id="1", calls=7, sql="SELECT 1", before=900.0, after=30.0)
    index = Index(name=Name(schema="public", name="i"), table=Name(schema="public", name="t"))
    advice = IndexAdvice(
        create=(AdvisedIndex(index=index, sql="CREATE INDEX i ON t (a)", saves=0.9, bytes=8192, queries=(1,)),),
        queries=(one, QueryVerdict(id="2", calls=1, sql="SELECT 2", before=50.0, after=50.0, why="nothing to gain")),
        curve=(
            BudgetPoint(budget=0, bytes=0, indexes=0, cost=1.0),
            BudgetPoint(budget=9, bytes=9, indexes=1, cost=0.1),
        ),
        before=950.0,
        after=80.0,
        proof=proof,
    )
    text = render_advice(advice, "text", screen=Screen(width=200), version="0")
    assert f"{name} 900 -> 30" in text and f"1 call, {name} 50 each" in text
    assert text.count(cost_unit(proof).words) == 1, "what it is, is said once"
    page = index_page(advice, "app", written=(), version="0")
    assert f"{name} before" in page and f">{name}<" in page
    assert f"{name} of the workload, 100% without new indexes" in page
    words = cost_unit(proof).words.replace("'", "&#39;")
    assert page.count(f"{words[:1].upper()}{words[1:]}.") == 1


def test_a_plan_without_a_name_says_where_it_came_from() -> None:
    review = query_plan(b"Seq Scan on t  (cost=0.00..35.50 rows=2550 width=4)", "-")
    for site, said in ((None, "standard input"), (Site(here="/", links=()), "a pasted plan")):
        page = query_page(review, version="0", site=site)
        assert f"<title>{said}: dba query</title>" in page and f'class="of">{said}<' in page
        assert "Planner cost" in page and "100 is about a millisecond" in page
    assert "planner cost" in render_query(review, "text", screen=Screen(width=100), version="0")
