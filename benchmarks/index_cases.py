"""Indexes over TPC-H and the queries that call for them: every access method, every kind of definition.

`CASES` are supposed on the twin and built on the source; each comes with a query for which it is worth having.
`SIZED` are B-trees whose real size is compared with the size model's: key widths, duplicates, predicates.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """An index and a query that has use for it. `on` is what follows CREATE INDEX name ON."""

    name: str
    on: str
    query: str = ""
    unique: bool = False

    @property
    def definition(self) -> str:
        """The CREATE INDEX statement."""
        return f"create {'unique ' if self.unique else ''}index {self.name} on {self.on}"


CASES = (
    Case(
        "b_part",
        "lineitem (l_partkey)",
        "select l_orderkey, l_extendedprice from lineitem where l_partkey between 1500 and 1520",
    ),
    Case(
        "b_covering",
        "lineitem (l_suppkey, l_partkey) include (l_quantity)",
        "select sum(l_quantity) from lineitem where l_suppkey = 3 and l_partkey < 5000",
    ),
    Case(
        "b_two_columns",
        "orders (o_custkey, o_orderdate)",
        "select * from orders where o_custkey = 370 and o_orderdate >= '1996-01-01' order by o_orderdate",
    ),
    Case(
        "b_partial",
        "lineitem (l_receiptdate) where l_returnflag = 'R'",
        "select count(*) from lineitem where l_returnflag = 'R' and l_receiptdate < '1992-04-01'",
    ),
    Case(
        "b_partial_rare",
        "orders (o_orderdate) where o_totalprice > 400000",
        "select o_orderkey, o_totalprice from orders where o_totalprice > 450000 and o_orderdate < '1993-01-01'",
    ),
    Case(
        "b_expression",
        "orders (date_trunc('month', o_orderdate::timestamp))",
        "select * from orders where date_trunc('month', o_orderdate::timestamp) = '1995-01-01'",
    ),
    Case(
        "b_lower",
        "customer (lower(c_name))",
        "select * from customer where lower(c_name) = 'customer#000000042'",
    ),
    Case(
        "b_shipdate",
        "lineitem (l_shipdate)",
        "select l_orderkey from lineitem where l_shipdate = '1998-11-28'",
    ),
    Case(
        "b_supplier",
        "partsupp (ps_suppkey)",
        "select s_name, ps_availqty from supplier join partsupp on ps_suppkey = s_suppkey where s_suppkey in (1, 5, 9)",
    ),
    Case(
        "b_descending",
        "orders (o_totalprice desc nulls first, o_orderkey)",
        "select o_orderkey, o_totalprice from orders order by o_totalprice desc nulls first, o_orderkey limit 20",
    ),
    Case(
        "b_nulls_first",
        "part_sheet (sh_offer nulls first)",
        "select sh_partkey, sh_offer from part_sheet where sh_offer > 2000 order by sh_offer nulls first limit 100",
    ),
    Case(
        "b_unique",
        "part_sheet (sh_address)",
        "select * from part_sheet where sh_address = 'https://parts.example/manufacturer/1/4711'",
        unique=True,
    ),
    Case(
        "b_low_cardinality",
        "lineitem (l_shipmode, l_linenumber) with (fillfactor = 70)",
        "select count(*) from lineitem where l_shipmode = 'FOB' and l_linenumber = 7",
    ),
    Case(
        "h_clerk",
        "orders using hash (o_clerk)",
        "select * from orders where o_clerk = 'Clerk#000000017'",
    ),
    Case(
        "h_size",
        "part using hash (p_retailprice)",
        "select p_name from part where p_retailprice = 1234.56",
    ),
    Case(
        "br_commit",
        "lineitem using brin (l_commitdate) with (pages_per_range = 32)",
        "select count(*) from lineitem where l_commitdate < '1992-02-05'",
    ),
    Case(
        "br_name",
        "customer using brin (c_name) with (pages_per_range = 16)",
        "select count(*) from customer where c_name between 'Customer#000001000' and 'Customer#000001200'",
    ),
    Case(
        "br_multi",
        "part_sheet using brin (sh_listed timestamp_minmax_multi_ops, sh_partkey)",
        "select sum(sh_offer) from part_sheet where sh_listed between '2020-02-01' and '2020-02-03'",
    ),
    Case(
        "gin_trigram",
        "part using gin (p_name gin_trgm_ops)",
        "select * from part where p_name like '%lavender%'",
    ),
    Case(
        "gin_array",
        "part_sheet using gin (sh_colours)",
        "select sh_partkey from part_sheet where sh_colours @> array['lavender', 'puff']",
    ),
    Case(
        "gin_jsonb",
        "part_sheet using gin (sh_attributes jsonb_path_ops)",
        """select sh_partkey from part_sheet where sh_attributes @> '{"brand": "Brand#23", "size": 7}'""",
    ),
    Case(
        "gin_words",
        "part_sheet using gin (sh_words)",
        "select sh_partkey from part_sheet where sh_words @@ to_tsquery('simple', 'lavender & furiously')",
    ),
    Case(
        "gin_columns",
        "part using gin (p_container gin_trgm_ops, p_size)",
        "select p_name from part where p_container like '%JUMBO%' and p_size = 3",
    ),
    Case(
        "gist_range",
        "part_sheet using gist (sh_offered)",
        "select sh_partkey from part_sheet where sh_offered && daterange('1992-01-02', '1992-01-04')",
    ),
    Case(
        "gist_point",
        "part_sheet using gist (sh_place) include (sh_partkey)",
        "select sh_partkey from part_sheet order by sh_place <-> point(500, 500) limit 10",
    ),
    Case(
        "gist_trigram",
        "supplier using gist (s_comment gist_trgm_ops)",
        "select s_name from supplier where s_comment like '%Customer%Complaints%'",
    ),
    Case(
        "gist_scalar",
        "supplier using gist (s_nationkey, s_suppkey)",
        "select s_name from supplier order by s_nationkey <-> 7 limit 5",
    ),
    Case(
        "sp_box",
        "part_sheet using spgist (box(sh_place, sh_place))",
        "select sh_partkey from part_sheet where box(sh_place, sh_place) <@ box(point(10, 10), point(20, 20))",
    ),
    Case(
        "sp_text",
        "part using spgist (p_type)",
        "select p_partkey from part where p_type = 'ECONOMY ANODIZED STEEL' and p_size = 7",
    ),
)

SIZED = (
    # one column, from unique to almost constant
    Case("z_01", "lineitem (l_orderkey)"),
    Case("z_02", "lineitem (l_partkey)"),
    Case("z_03", "lineitem (l_suppkey)"),
    Case("z_04", "lineitem (l_linenumber)"),
    Case("z_05", "lineitem (l_shipdate)"),
    Case("z_06", "lineitem (l_returnflag)"),
    Case("z_07", "lineitem (l_shipmode)"),
    Case("z_08", "lineitem (l_quantity)"),
    Case("z_09", "lineitem (l_extendedprice)"),
    Case("z_10", "lineitem (l_comment)"),
    Case("z_11", "orders (o_orderdate)"),
    Case("z_12", "orders (o_custkey)"),
    Case("z_13", "orders (o_clerk)"),
    Case("z_14", "orders (o_totalprice)"),
    Case("z_15", "orders (o_orderpriority)"),
    Case("z_16", "orders (o_shippriority)"),
    Case("z_17", "customer (c_name)"),
    Case("z_18", "customer (c_phone)"),
    Case("z_19", "customer (c_acctbal)"),
    Case("z_20", "customer (c_mktsegment)"),
    Case("z_21", "part (p_name)"),
    Case("z_22", "part (p_brand)"),
    Case("z_23", "part (p_retailprice)"),
    Case("z_24", "partsupp (ps_supplycost)"),
    Case("z_25", "part_sheet (sh_address)", unique=True),
    Case("z_26", "part_sheet (sh_offer)"),
    # several columns, and columns carried along
    Case("z_27", "lineitem (l_partkey, l_suppkey)"),
    Case("z_28", "lineitem (l_shipdate, l_shipmode)"),
    Case("z_29", "lineitem (l_returnflag, l_linestatus)"),
    Case("z_30", "lineitem (l_suppkey, l_partkey, l_quantity)"),
    Case("z_31", "orders (o_custkey, o_orderdate)"),
    Case("z_32", "orders (o_orderdate, o_orderpriority)"),
    Case("z_33", "orders (o_custkey, o_orderkey)", unique=True),
    Case("z_34", "lineitem (l_partkey) include (l_quantity, l_extendedprice)"),
    Case("z_35", "orders (o_custkey) include (o_totalprice, o_comment)"),
    Case("z_36", "part (p_brand, p_type, p_container)"),
    # part of the rows
    Case("z_37", "lineitem (l_shipdate) where l_returnflag = 'R'"),
    Case("z_38", "lineitem (l_partkey) where l_quantity > 45"),
    Case("z_39", "lineitem (l_orderkey) where l_commitdate < l_receiptdate"),
    Case("z_40", "orders (o_orderdate) where o_orderstatus = 'P'"),
    Case("z_41", "orders (o_custkey) where o_totalprice > 400000"),
    Case("z_42", "orders (o_clerk) where o_orderdate >= '1998-01-01'"),
    Case("z_43", "part_sheet (sh_partkey) where sh_offer is not null"),
    Case("z_44", "customer (c_nationkey) where c_mktsegment in ('BUILDING', 'MACHINERY')"),
    # expressions, fill factors, no deduplication
    Case("z_45", "customer (lower(c_name))"),
    Case("z_46", "orders ((extract(year from o_orderdate)))"),
    Case("z_47", "lineitem ((l_extendedprice * (1 - l_discount)))"),
    Case("z_48", "orders (o_custkey) with (fillfactor = 70)"),
    Case("z_49", "orders (o_custkey) with (deduplicate_items = off)"),
    Case("z_50", "part (p_type text_pattern_ops)"),
)
