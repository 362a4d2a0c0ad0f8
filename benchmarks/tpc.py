"""TPC-H and TPC-DS: their data, schemas and queries, loaded into a PostgreSQL server.

TPC-H rows come from `tpchgen-cli`, TPC-DS rows from DuckDB's `dsdgen`; the query texts are those that DuckDB's two
extensions carry (the specifications' queries with the parameters of the validation run); PostgreSQL plans all of
them as they are, so none is adjusted.

Each database is made once: a finished load is marked with a comment on the database, and CSV files are kept in
the cache directory. Run as a module to load:

    python -m benchmarks.tpc --cache DIR --url postgresql://postgres@host/postgres tpch-0.1 tpch-1 tpcds-1
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString, cast
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    import duckdb

EXTENSIONS = ("pg_trgm", "btree_gin", "btree_gist", "pageinspect")
LOADED = "dbarchitect benchmark data, complete"

TPCH_SCHEMA = """
create table region (
    r_regionkey integer primary key, r_name text not null, r_comment text);
create table nation (
    n_nationkey integer primary key, n_name text not null, n_regionkey integer not null references region,
    n_comment text);
create table supplier (
    s_suppkey integer primary key, s_name text not null, s_address text not null,
    s_nationkey integer not null references nation, s_phone text not null, s_acctbal numeric(15,2) not null,
    s_comment text not null);
create table customer (
    c_custkey integer primary key, c_name text not null, c_address text not null,
    c_nationkey integer not null references nation, c_phone text not null, c_acctbal numeric(15,2) not null,
    c_mktsegment text not null, c_comment text not null);
create table part (
    p_partkey integer primary key, p_name text not null, p_mfgr text not null, p_brand text not null,
    p_type text not null, p_size integer not null, p_container text not null, p_retailprice numeric(15,2) not null,
    p_comment text not null);
create table partsupp (
    ps_partkey integer not null, ps_suppkey integer not null, ps_availqty integer not null,
    ps_supplycost numeric(15,2) not null, ps_comment text not null);
create table orders (
    o_orderkey bigint not null, o_custkey integer not null, o_orderstatus char(1) not null,
    o_totalprice numeric(15,2) not null, o_orderdate date not null, o_orderpriority text not null,
    o_clerk text not null, o_shippriority integer not null, o_comment text not null);
create table lineitem (
    l_orderkey bigint not null, l_partkey integer not null, l_suppkey integer not null, l_linenumber integer not null,
    l_quantity numeric(15,2) not null, l_extendedprice numeric(15,2) not null, l_discount numeric(15,2) not null,
    l_tax numeric(15,2) not null, l_returnflag char(1) not null, l_linestatus char(1) not null,
    l_shipdate date not null, l_commitdate date not null, l_receiptdate date not null, l_shipinstruct text not null,
    l_shipmode text not null, l_comment text not null);
"""
TPCH_TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")

# A table of our own beside the eight, so that index methods for arrays, jsonb, full text, ranges and points have
# something to stand on. Its rows follow from `part` alone.
TPCH_KEYS = """
alter table partsupp add primary key (ps_partkey, ps_suppkey);
alter table orders add primary key (o_orderkey);
alter table lineitem add primary key (l_orderkey, l_linenumber);
alter table partsupp add foreign key (ps_partkey) references part, add foreign key (ps_suppkey) references supplier;
alter table orders add foreign key (o_custkey) references customer;
alter table lineitem add foreign key (l_orderkey) references orders,
    add foreign key (l_partkey, l_suppkey) references partsupp;
create table part_sheet as
select p_partkey as sh_partkey,
       string_to_array(p_name, ' ') as sh_colours,
       jsonb_build_object('brand', p_brand, 'size', p_size, 'container', p_container, 'type', p_type) as sh_attributes,
       to_tsvector('simple', p_name || ' ' || p_comment) as sh_words,
       daterange(date '1992-01-01' + p_partkey % 2400, date '1992-01-01' + p_partkey % 2400 + 1 + p_size * 3)
           as sh_offered,
       point(p_partkey % 1000, (p_partkey / 7) % 1000) as sh_place,
       'https://parts.example/' || lower(replace(p_mfgr, '#', '/')) || '/' || p_partkey as sh_address,
       timestamp '2020-01-01' + p_partkey * interval '7 minutes' as sh_listed,
       case when p_partkey % 10 = 0 then p_retailprice end as sh_offer
from part;
alter table part_sheet add primary key (sh_partkey), add foreign key (sh_partkey) references part;
"""

TPCDS_KEYS: Mapping[str, tuple[str, ...]] = {
    "call_center": ("cc_call_center_sk",),
    "catalog_page": ("cp_catalog_page_sk",),
    "catalog_returns": ("cr_item_sk", "cr_order_number"),
    "catalog_sales": ("cs_item_sk", "cs_order_number"),
    "customer": ("c_customer_sk",),
    "customer_address": ("ca_address_sk",),
    "customer_demographics": ("cd_demo_sk",),
    "date_dim": ("d_date_sk",),
    "household_demographics": ("hd_demo_sk",),
    "income_band": ("ib_income_band_sk",),
    "inventory": ("inv_date_sk", "inv_item_sk", "inv_warehouse_sk"),
    "item": ("i_item_sk",),
    "promotion": ("p_promo_sk",),
    "reason": ("r_reason_sk",),
    "ship_mode": ("sm_ship_mode_sk",),
    "store": ("s_store_sk",),
    "store_returns": ("sr_item_sk", "sr_ticket_number"),
    "store_sales": ("ss_item_sk", "ss_ticket_number"),
    "time_dim": ("t_time_sk",),
    "warehouse": ("w_warehouse_sk",),
    "web_page": ("wp_web_page_sk",),
    "web_returns": ("wr_item_sk", "wr_order_number"),
    "web_sales": ("ws_item_sk", "ws_order_number"),
    "web_site": ("web_site_sk",),
}


def script(text: str) -> LiteralString:
    """Text of this file or of the benchmark packages, as psycopg wants a trusted statement typed."""
    return cast("LiteralString", text)


def database_url(url: str, database: str) -> str:
    """The same server, another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _duckdb(extension: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB with the benchmark extension that its PyPI package ships (nothing is downloaded)."""
    import importlib

    import duckdb

    package = importlib.import_module(f"duckdb_extension_{extension}")
    folder = Path(cast("str", package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2", "memory_limit": "6GB"})
    connection.load_extension(str(folder / f"{extension}.duckdb_extension"))
    return connection


def queries(benchmark: str) -> dict[str, str]:
    """The queries of "tpch" (22) or "tpcds" (99), named `h1`..`h22`, `ds1`..`ds99`, without a closing semicolon."""
    with _duckdb(benchmark) as connection:
        rows = connection.execute(f"select query_nr, query from {benchmark}_queries() order by 1").fetchall()
    return {f"{benchmark.removeprefix('tpc')}{number}": text.strip().rstrip(";") for number, text in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One benchmark at one scale. `name` is as the command line spells it: tpch-0.1, tpch-1, tpcds-1."""

    benchmark: str
    scale: float

    @classmethod
    def parse(cls, name: str) -> Dataset:
        """Read `tpch-0.1`. Raises SystemExit for anything else."""
        benchmark, _, scale = name.partition("-")
        if benchmark not in ("tpch", "tpcds") or not scale.replace(".", "", 1).isdigit():
            raise SystemExit(f"unknown data set {name!r}: try tpch-0.1, tpch-1 or tpcds-1")
        return cls(benchmark=benchmark, scale=float(scale))

    @property
    def name(self) -> str:
        """`tpch-0.1`."""
        return f"{self.benchmark}-{self.scale:g}"

    @property
    def database(self) -> str:
        """The database it is loaded into: `tpch_0_1`."""
        return self.name.replace("-", "_").replace(".", "_")


def make_csv(data: Dataset, cache: Path) -> Path:
    """A directory with one CSV file a table (header line, empty is NULL), made where it is not there yet."""
    folder = cache / data.name
    if folder.is_dir():
        return folder
    draft = cache / f"{data.name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    if data.benchmark == "tpch":
        generator = shutil.which("tpchgen-cli", path=str(Path(sys.executable).parent)) or "tpchgen-cli"
        subprocess.run([generator, "csv", "-s", f"{data.scale:g}", "-o", str(draft)], check=True, stdout=sys.stderr)
    else:
        with _duckdb("tpcds") as connection:
            connection.execute(f"call dsdgen(sf = {data.scale})")
            for table in TPCDS_KEYS:
                connection.execute(f"copy {table} to '{draft / table}.csv' (header)")
    draft.rename(folder)
    return folder


def _tpcds_schema() -> str:
    """CREATE TABLE statements with DuckDB's columns: keys as integer, business identifiers as the char(16) they are in
    the specification, so that blank-padded statistics are among what is compared."""
    statements: list[str] = []
    with _duckdb("tpcds") as connection:
        connection.execute("call dsdgen(sf = 0)")
        for table, key in TPCDS_KEYS.items():
            columns = [
                f"{column} {_postgres_type(column, kind)}{' not null' if column in key else ''}"
                for column, kind, *_ in connection.execute(f"describe {table}").fetchall()
            ]
            statements.append(f"create table {table} ({', '.join(columns)});")
    return "\n".join(statements)


def _postgres_type(column: str, duckdb_type: str) -> str:
    if duckdb_type == "VARCHAR":
        return "char(16)" if column.endswith("_id") else "varchar"
    if duckdb_type == "BIGINT" and not column.endswith("_number"):
        return "integer"
    return duckdb_type.lower()


def is_loaded(url: str, database: str) -> bool:
    """Whether `database` holds finished benchmark data."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", (database,)
        ).fetchone()
    return row is not None and row[0] == LOADED


def new_database(url: str, database: str) -> str:
    """Make `database` anew (an unfinished one is dropped) and return its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(database)))
    return database_url(url, database)


def mark_loaded(url: str, database: str) -> None:
    """Say that the data of `database` is complete."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(database), sql.Literal(LOADED))
        )


def grant_reading(url: str, role: str) -> None:
    """An ordinary role that may read every row of the database and nothing more: what production would give us."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(role)
        if connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is None:
            connection.execute(sql.SQL("create role {} login").format(name))
        for (schema,) in connection.execute(
            "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        ).fetchall():
            space = sql.Identifier(schema)
            connection.execute(sql.SQL("grant usage on schema {} to {}").format(space, name))
            connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(space, name))


def _copy(connection: psycopg.Connection, table: str, file: Path) -> None:
    statement = sql.SQL("copy {} from stdin with (format csv, header true)").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy, file.open("rb") as rows:
        while block := rows.read(1 << 20):
            copy.write(block)


def load(data: Dataset, url: str, cache: Path) -> str:
    """Load `data` into a database of the server at `url` unless it is there; keys built, VACUUM ANALYZE done.

    `url` must allow CREATE DATABASE and CREATE EXTENSION. Returns the URL of the database.
    """
    if is_loaded(url, data.database):
        return database_url(url, data.database)
    folder = make_csv(data, cache)
    target = new_database(url, data.database)
    if data.benchmark == "tpch":
        schema, tables, keys = TPCH_SCHEMA, TPCH_TABLES, TPCH_KEYS
    else:
        schema, tables = _tpcds_schema(), tuple(TPCDS_KEYS)
        keys = "\n".join(
            f"alter table {table} add primary key ({', '.join(key)});" for table, key in TPCDS_KEYS.items()
        )
    with psycopg.connect(target) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("create extension {}").format(sql.Identifier(extension)))
        connection.execute(script(schema))
        for table in tables:
            _copy(connection, table, folder / f"{table}.csv")
        connection.execute(script(keys))
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("vacuum (analyze, freeze)")
    mark_loaded(url, data.database)
    return target


def main(arguments: Iterable[str] | None = None) -> None:
    """Load the named data sets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tpc", description="Load TPC-H and TPC-DS.")
    parser.add_argument("--cache", type=Path, required=True, help="directory for the CSV files")
    parser.add_argument("--url", required=True, help="a server where databases and extensions may be made")
    parser.add_argument("--reader", default="", help="an ordinary role that shall be able to read the data")
    parser.add_argument("dataset", nargs="+", type=Dataset.parse, help="tpch-0.1, tpch-1, tpcds-1")
    options = parser.parse_args(None if arguments is None else list(arguments))
    for data in options.dataset:
        started = time.monotonic()
        target = load(data, options.url, options.cache)
        if options.reader:
            grant_reading(target, options.reader)
        print(f"{data.name}: {target} ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
