"""Workload files: SQL with frequencies, CSV of pg_stat_statements, our own JSON."""

from __future__ import annotations

import pytest

from dbarchitect.errors import InputError
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.value import to_json
from dbarchitect.sql.workload import read_workload


def test_sql_with_frequencies():
    workload = read_workload(
        "-- window: 3_600\n"
        "-- calls: 1_200\n-- why: the home page\nselect 1 from a where b = 2;\n"
        "select 2;\n\n"
        "-- calls: 7\n\nselect 3;\n"
        "-- calls: 2.5\nselect 2;",
        "w.sql",
    )
    assert workload.window_seconds == 3600
    assert [(query.sql, query.calls) for query in workload.queries] == [
        ("select 1 from a where b = 2", 1200),
        ("select 2", 3.5),
        ("select 3", 1),  # a blank line parts the comment from the statement
    ]
    assert [query.position.line for query in workload.queries] == [4, 5, 9]


def test_what_cannot_be_planned_is_listed_with_its_place():
    workload = read_workload("create table t (id int);\nselect 1;\ncopy t from '/tmp/x';", "w.sql")
    assert [query.sql for query in workload.queries] == ["select 1"]
    assert [place for place, _ in workload.rejected] == ["w.sql:1:1", "w.sql:3:1"]
    with pytest.raises(InputError, match="holds no query"):
        read_workload("create table t (id int);", "w.sql")


def test_export_of_pg_stat_statements():
    text = (
        "userid,query,calls,total_exec_time\n"
        '10,"select * from t where id = $1",42,13.5\n10,"set a = 1",1,0\n10,"selec x",3,1\n'
    )
    workload = read_workload(text, "pgss.csv")
    [query] = workload.queries
    assert (query.sql, query.calls, query.total_ms) == ("select * from t where id = $1", 42, 13.5)
    assert [place for place, _ in workload.rejected] == ["pgss.csv:3", "pgss.csv:4"]


def test_our_own_json_comes_back():
    workload = Workload(queries=(Query(id="x", sql="select 1", calls=2),), origin="test")
    assert read_workload(to_json(workload, indent=2).decode(), "w.json") == workload
    with pytest.raises(InputError, match=r"w\.json is not a workload"):
        read_workload('{"queries": 3}', "w.json")


def test_equal_shapes_share_a_fingerprint_and_stay_apart():
    workload = read_workload("select * from t where id = 1;\nselect * from t where id = 2;", "w.sql")
    first, second = workload.queries
    assert first.id == second.id
    assert first.sql != second.sql


def test_the_parser_says_what_a_query_is_not_its_first_word():
    tagged = "/* app=shop, route=/ */ SELECT 1 FROM a"
    union = "(SELECT 1 FROM a) UNION (SELECT 2 FROM b)"
    workload = read_workload(f"select 0;\n{tagged};\n{union};\nexplain select 1;", "w.sql")
    assert [query.sql for query in workload.queries] == ["select 0", "SELECT 1 FROM a", union]
    assert [place for place, _ in workload.rejected] == ["w.sql:4:1"]
    rows = f'query,calls\n"{tagged}",2\n"{union}",3\n"with d as (delete from a returning 1) table d",4\n"",1\n'
    workload = read_workload(rows, "w.csv")
    assert [query.calls for query in workload.queries] == [2, 3, 4]
    assert [place for place, _ in workload.rejected] == ["w.csv:5"]
