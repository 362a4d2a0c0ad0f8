"""The configuration file, the baseline and configured ignores: plain files in, options out."""

from __future__ import annotations

import json
import os
import threading
from datetime import date
from pathlib import Path

import pytest

from dbarchitect.config import Configuration, matching_rules, read_configuration
from dbarchitect.errors import DbaError, InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.suppression import ConfiguredIgnore, read_baseline, suppress, write_baseline

TODAY = date(2026, 11, 23)


def finding(rule: str, table: str, sub: str = "", schema: str = "public", line: str = "") -> Finding:
    at = ObjectRef(kind="column" if sub else "table", schema=schema, name=table, sub=sub)
    return Finding(rule=rule, severity=Severity.WARNING, at=at, message=f"{rule} {line}")


def test_no_file_gives_the_defaults(tmp_path):
    assert read_configuration(tmp_path) == Configuration()


def test_roles_that_strangers_act_as(tmp_path):
    file = tmp_path / "dbarchitect.toml"
    file.write_text('[review]\nexposed-roles = ["kiosk", "web user"]\n')
    assert read_configuration(tmp_path).exposed_roles == ("kiosk", "web user")
    file.write_text("[review]\nexposed-roles = [1]\n")
    with pytest.raises(InputError, match=r"review\.exposed-roles"):
        read_configuration(tmp_path)
    file.write_text('[review]\nexposed-role = ["kiosk"]\n')
    with pytest.raises(InputError, match="unknown key") as raised:
        read_configuration(tmp_path)
    assert "exposed-roles" in raised.value.hint


def test_own_file_is_read_whole(tmp_path):
    (tmp_path / "dbarchitect.toml").write_text(
        'select = ["fk-*"]\nfail-on = "never"\nformat = "json"\nbaseline = "b.json"\n'
        'ignore = ["char-n", {rule = "a-*", object = "public.x", reason = "why", until = 2026-12-31}]\n'
    )
    found = read_configuration(tmp_path)
    assert found == Configuration(
        path=tmp_path / "dbarchitect.toml",
        select=("fk-*",),
        ignore=("char-n",),
        ignores=(
            ConfiguredIgnore(
                rule="a-*",
                object="public.x",
                reason="why",
                until=date(2026, 12, 31),
                origin=str(tmp_path / "dbarchitect.toml"),
            ),
        ),
        fail_on="never",
        format="json",
        baseline=tmp_path / "b.json",
    )


def test_tables_of_ignores_in_pyproject(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.dbarchitect]\nfail-on = "error"\n'
        '[[tool.dbarchitect.ignore]]\nrule = "a"\nreason = "r"\nuntil = "2027-01-31"\n'
        '[[tool.dbarchitect.ignore]]\nrule = "b"\nobject = "t"\nreason = "s"\n'
    )
    found = read_configuration(tmp_path)
    assert found.fail_on == "error"
    assert [(one.rule, one.object, one.until) for one in found.ignores] == [
        ("a", "*", date(2027, 1, 31)),
        ("b", "t", None),
    ]


def test_the_nearest_file_upward_counts(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "dbarchitect.toml").write_text('format = "json"\n')
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.ruff]\nline-length = 1\n[project]\nname = "x"\n')
    assert read_configuration(deep).format == "json"
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.dbarchitect]\nformat = "sarif"\n')
    assert read_configuration(deep).format == "sarif"
    (tmp_path / "a" / "dbarchitect.toml").write_text('format = "github"\n')
    assert read_configuration(deep).format == "github"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail_on = "error"', ["fail_on", "unknown key", "fail-on"]),
        ('colour = "red"', ["colour", "unknown key", "known keys"]),
        ('fail-on = "sometimes"', ["fail-on", "sometimes", "never"]),
        ("format = 3", ["format", "3"]),
        ("select = 3", ["select", "list"]),
        ("select = [3]", ["select", "3"]),
        ("baseline = []", ["baseline"]),
        ('[[ignore]]\nrule = "x"', ["ignore 1, reason", "missing"]),
        ('[[ignore]]\nreason = "x"', ["ignore 1, rule", "missing"]),
        ('[[ignore]]\nrule = "x"\nreason = " "', ["ignore 1, reason"]),
        ('[[ignore]]\nrule = "x"\nreason = "r"\nobjekt = "y"', ["ignore 1, objekt", "unknown key", "object"]),
        ('[[ignore]]\nrule = "x"\nreason = "r"\nuntil = "soon"', ["ignore 1, until", "soon", "2027-01-31"]),
        ("select = [", ["TOML"]),
        ('ignore = ["a"]\n[[ignore]]\nrule = "x"', ["one list"]),
    ],
)
def test_what_is_wrong_names_file_and_key(tmp_path, text, said):
    path = tmp_path / "dbarchitect.toml"
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read_configuration(tmp_path)
    assert str(path) in raised.value.message
    for part in said:
        assert part in str(raised.value)


def test_a_file_that_is_not_text(tmp_path):
    (tmp_path / "dbarchitect.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"dbarchitect\.toml"):
        read_configuration(tmp_path)


def test_rule_globs():
    known = ("char-n", "fk-type-mismatch", "fk-without-index")
    assert matching_rules((), known, "--select") == ()
    assert matching_rules(("fk-*", "fk-without-index"), known, "--select") == ("fk-type-mismatch", "fk-without-index")
    with pytest.raises(InputError, match=r"--select: there is no rule 'fk-without-indx'") as raised:
        matching_rules(("fk-without-indx",), known, "--select")
    assert "fk-without-index" in raised.value.hint
    with pytest.raises(InputError, match="zz"):
        matching_rules(("zz*",), known, "--ignore")


def test_ignores_by_object():
    ignore = ConfiguredIgnore(rule="fk-*", object="public.audit_*", reason="r")
    assert ignore.covers(finding("fk-without-index", "audit_log", "user_id"))
    assert ignore.covers(finding("fk-without-index", "audit_log"))
    assert not ignore.covers(finding("fk-without-index", "orders", "user_id"))
    assert not ignore.covers(finding("char-n", "audit_log"))
    assert ConfiguredIgnore(rule="*", object="orders", reason="r").covers(finding("x", "orders", "a"))
    assert ConfiguredIgnore(rule="*", object="orders.a", reason="r").covers(finding("x", "orders", "a"))
    assert not ConfiguredIgnore(rule="*", object="orders.a", reason="r").covers(finding("x", "orders", "b"))
    assert not ConfiguredIgnore(rule="*", object="public.orders", reason="r").covers(
        finding("x", "orders", schema="app")
    )


def test_suppressed_findings_keep_their_reason_and_expired_ignores_are_told():
    findings = (finding("a", "t"), finding("b", "t"), finding("c", "t"))
    ignores = (
        ConfiguredIgnore(rule="a", reason="known", until=TODAY),
        ConfiguredIgnore(rule="b", reason="was fine", until=date(2026, 11, 22)),
    )
    kept, suppressed, worn = suppress(findings, ignores=ignores, baseline={"c table:public.t": 1}, today=TODAY)
    assert [one.rule for one in kept] == ["b"]
    assert [(one.finding.rule, one.by, one.reason) for one in suppressed] == [
        ("a", "configuration", "known"),
        ("c", "baseline", "known before"),
    ]
    assert len(worn) == 1
    assert "2026-11-22" in worn[0].effect


def test_a_baseline_suppresses_as_many_as_it_counted_and_no_more(tmp_path):
    path = tmp_path / "b.json"
    before = [finding("a", "t", line="1"), finding("a", "t", line="2"), finding("b", "gone")]
    assert write_baseline(path, before) == 3
    baseline = read_baseline(path)
    assert baseline == {"a table:public.t": 2, "b table:public.gone": 1}
    after = [finding("a", "t", line=str(n)) for n in range(3)]
    kept, suppressed, worn = suppress(after, baseline=baseline, today=TODAY)
    assert (len(kept), len(suppressed)) == (1, 2)
    assert [one.name for one in worn] == ["b table:public.gone"]


def test_entries_of_rules_that_did_not_run_are_not_stale():
    baseline = {"a table:public.t": 1, "b table:public.t": 1, "gone table:public.t": 1}
    _, _, worn = suppress((), baseline=baseline, not_run={"b"}, today=TODAY)
    assert [one.name for one in worn] == ["a table:public.t", "gone table:public.t"]


def test_a_baseline_is_sorted_text_for_a_repository(tmp_path):
    path = tmp_path / "b.json"
    write_baseline(path, [finding("b", "t"), finding("a", "ü"), finding("a", "t")])
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert list(json.loads(text)["findings"]) == ["a table:public.t", "a table:public.ü", "b table:public.t"]
    assert len(text.splitlines()) > 4


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": "x/9", "findings": {}}', b"\xff\x00", b'{"a": 1'])
def test_what_is_not_a_baseline(tmp_path, content):
    path = tmp_path / "b.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"b\.json") as raised:
        read_baseline(path)
    assert "--write-baseline" in raised.value.hint
    with pytest.raises(InputError, match="cannot read"):
        read_baseline(tmp_path / "none.json")


def test_files_are_written_whole(tmp_path):
    target = tmp_path / "out.txt"
    write_whole(target, "one")
    target.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, "zwei ü")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "zwei ü"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "out.txt"]


@pytest.mark.parametrize("place", ["no/such/folder.txt", "file.txt/inside", ""])
def test_a_place_that_cannot_be_written(tmp_path, place):
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(SurroundingsError, match="cannot write") as raised:
        write_whole(tmp_path / place, "new")
    assert isinstance(raised.value, DbaError)
    assert raised.value.hint
    assert (tmp_path / "file.txt").read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["file.txt"]


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "through")
    reader.join(10)
    assert got == ["through"]
    assert pipe.is_fifo()


def test_the_read_only_folder_of_an_ordinary_user(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    if os.geteuid() == 0:  # root may write anywhere except where the file system itself refuses
        folder = Path("/proc")
    with pytest.raises(SurroundingsError, match="cannot write"):
        write_whole(folder / "x", "new")
