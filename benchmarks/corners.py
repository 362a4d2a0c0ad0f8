"""What else the planner reads: the corners that TPC-H and TPC-DS leave out, and queries that turn on them.

Partitions and inheritance, extended statistics, statistics on expressions, overridden distinct counts and targets,
storage options, tables that grew or were never analysed, dead rows and pages that are not all-visible, bloated indexes,
equal indexes made in another order than their names, types of our own, ranges and multiranges, toasted values, views,
functions, row security, other collations, settings of the database.

    python -m benchmarks.corners --url postgresql://postgres@host/postgres --reader reader
    python -m benchmarks.twin_fidelity --url postgresql://reader@host/corners --workload corners
"""

from __future__ import annotations

import argparse
import time

import psycopg

from .tpc import EXTENSIONS, database_url, grant_reading, is_loaded, mark_loaded, new_database, script

DATABASE = "corners"

_TABLES = """
create type mood as enum ('sad', 'calm', 'glad');
create domain positive as integer check (value > 0);
create type pair as (a integer, b text);
create collation plain (provider = libc, locale = 'C');

create table event (id bigint generated always as identity, at timestamptz not null, kind text not null,
    payload jsonb, primary key (id, at, kind)) partition by range (at);
create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01') partition by list (kind);
create table event_2024_a partition of event_2024 for values in ('click', 'view');
create table event_2024_b partition of event_2024 default;
create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');
create table event_rest partition of event default;
create index event_kind_idx on event (kind, at);
insert into event (at, kind, payload)
select timestamptz '2024-01-01 UTC' + interval '7 minutes' * i,
       (array['click', 'view', 'buy', 'error'])[1 + (i % 13) * (i % 13) % 13 % 4], jsonb_build_object('n', i % 100)
from generate_series(1, 150000) i;

create table spread (id integer not null, tenant integer not null) partition by hash (id);
create table spread_0 partition of spread for values with (modulus 3, remainder 0);
create table spread_1 partition of spread for values with (modulus 3, remainder 1);
create table spread_2 partition of spread for values with (modulus 3, remainder 2);
insert into spread select i, i % 50 from generate_series(1, 60000) i;
create index spread_tenant_idx on spread (tenant);

create table vehicle (id integer primary key, wheels integer, name text);
create table lorry (load integer) inherits (vehicle);
create index lorry_wheels_idx on lorry (wheels);
insert into vehicle select i, 2 + i % 3, 'vehicle ' || i from generate_series(1, 20000) i;
insert into lorry select 100000 + i, 4 + i % 6, 'lorry ' || i, i % 1000 from generate_series(1, 30000) i;

create table place (id integer primary key, city text not null, zip text not null, state text not null,
    people integer not null, area numeric, note text collate plain);
insert into place
select i, 'city ' || i % 300, to_char(i % 3000, 'FM00000'), 'state ' || i % 300 % 30, i * 7919 % 100000,
       round((i * 7919 % 10007) / 13.0, 3), md5(i::text)
from generate_series(1, 90000) i;
create statistics place_all (ndistinct, dependencies, mcv) on city, zip, state from place;
create statistics place_some (ndistinct, dependencies) on city, state from place;
create statistics place_half on (people / 2) from place;
create statistics place_both on (people % 10), state from place;
create index place_lower_idx on place (lower(city));
create index place_note_idx on place (note);
create index place_density_idx on place ((people / nullif(area, 0))) where area > 1;

create table person (id integer primary key, email text not null, mood mood not null, born date, age positive,
    nick varchar(20), code char(8), home pair, tags text[], seen tstzrange, busy datemultirange, ip inet,
    big text, bits bit varying, key uuid, duration interval, paid money, ratio double precision, gone boolean,
    full_name text generated always as (nick || ' ' || code) stored);
alter table person alter column email set statistics 500;
alter table person alter column nick set statistics 5;
alter table person alter column code set (n_distinct = 4321);
alter table person alter column big set storage external;
insert into person
select i, 'p' || i || '@mail' || i % 40 || '.example', (array['sad', 'calm', 'glad'])[1 + i % 7 % 3]::mood,
       date '1950-01-01' + i * 37 % 20000, 1 + i % 90, 'nick' || i % 3000, 'c' || i % 5000,
       row(i % 10, 'x')::pair, array['t' || i % 20, 't' || i % 33, 't' || i % 7],
       tstzrange(timestamptz '2025-01-01 UTC' + interval '1 hour' * i,
                 timestamptz '2025-01-01 UTC' + interval '1 hour' * (i + i % 50)),
       datemultirange(daterange(date '2025-01-01' + i % 300, date '2025-01-05' + i % 300)),
       ('10.' || i % 256 || '.' || i / 256 % 256 || '.1')::inet,
       case when i % 100 = 0 then repeat(md5(i::text), 200) end,
       (i % 17)::bit(8)::varbit, md5(i::text)::uuid, interval '1 minute' * (i % 1000), (i % 700)::money,
       (i % 1000) / 7.0, case when i % 10 = 0 then null else i % 4 = 0 end
from generate_series(1, 50000) i;
create index person_mood_idx on person (mood);
create index person_key_idx on person (key);
create index person_tags_idx on person using gin (tags);
create index person_seen_idx on person using gist (seen);
create index person_busy_idx on person using gist (busy);
create index person_ip_idx on person using gist (ip inet_ops);
create index person_ip_sp_idx on person using spgist (ip);
create index person_nick_pattern_idx on person (nick varchar_pattern_ops);
create index person_home_idx on person (((home).a));
create index person_born_idx on person (born desc nulls last);
create index person_gone_idx on person (id) where gone;
create unique index person_email_idx on person (lower(email)) include (mood);
create index person_hash_idx on person using hash (code);
create index person_brin_idx on person using brin (id, born) with (pages_per_range = 8);
create index person_trigram_idx on person using gin (nick gin_trgm_ops, full_name gin_trgm_ops);

create table twice (a integer, b integer, c integer);
insert into twice select i % 1000, i % 777, i from generate_series(1, 40000) i;
create index twice_z on twice (a);
create index twice_m on twice (a);
create index twice_a on twice (a);
create index twice_q_ba on twice (b, a);
create index twice_p_ba on twice (b, a);

create unlogged table scratch (id integer primary key, v integer) with (fillfactor = 60, parallel_workers = 3);
insert into scratch select i, i % 100 from generate_series(1, 200000) i;
create table wide (id integer primary key, a text, b text, c text);
insert into wide select i, repeat('a', i % 200), repeat('b', i % 1500), md5(i::text) from generate_series(1, 20000) i;

create table grown (id integer primary key, at timestamptz not null, v integer);
insert into grown
select i, timestamptz '2025-01-01 UTC' + interval '1 minute' * i, i % 97 from generate_series(1, 100000) i;
create index grown_at_idx on grown (at);
create table churned (id integer primary key, state integer not null, v text);
insert into churned select i, i % 10, md5(i::text) from generate_series(1, 60000) i;
create index churned_state_idx on churned (state);
create table emptied (id integer primary key, v integer);
insert into emptied select i, i from generate_series(1, 50000) i;
create table hollow (id integer primary key, v integer);
create index hollow_v_idx on hollow (v);

create table owned (id integer primary key, owner name not null, v integer);
insert into owned
select i, case when i % 3 = 0 then 'reader' else 'other' end, i % 500 from generate_series(1, 30000) i;
create index owned_v_idx on owned (v);
alter table owned enable row level security;
create policy mine on owned using (owner = current_user and v >= 0);

create function slow(integer) returns boolean language sql stable cost 5000 as 'select $1 % 2 = 0';
create function some_rows(integer) returns setof integer language sql stable rows 37 as 'select generate_series(1, $1)';
create view glad as select id, email, born from person where mood = 'glad';
create view guarded with (security_barrier) as select id, city, people from place where people > 500;
create materialized view per_state as select state, city, count(*) as places, sum(people) as people from place
    group by state, city;
create unique index per_state_idx on per_state (state, city);
"""

# What happens to tables after their statistics were made: the planner scales counts by the size that a table has now.
_AFTERMATH = """
insert into grown select i, timestamptz '2025-01-01 UTC' + interval '1 minute' * i, i % 97
    from generate_series(100001, 180000) i;
update churned set v = v || 'x' where id % 4 = 0;
delete from churned where id % 7 = 0;
delete from emptied where id > 10;
create table fresh (id integer primary key, v integer, name text);
insert into fresh select i, i % 10, 'name ' || i from generate_series(1, 30000) i;
create index fresh_v_idx on fresh (v);
"""

QUERIES = {
    "partition_one": "select * from event where at >= '2025-03-01' and at < '2025-03-03' and kind = 'buy'",
    "partition_all": "select kind, count(*) from event group by kind",
    "partition_order": "select * from event where kind = 'error' order by at desc limit 20",
    "partition_sub": "select count(*) from event where at < '2024-02-01' and kind in ('click', 'buy')",
    "partition_hash": "select * from spread where id = 4711 and tenant = 11",
    "partition_hash_all": "select tenant, count(distinct id) from spread where tenant < 5 group by tenant",
    "partition_join": "select count(*) from event e join spread s using (id) where e.kind = 'view' and s.tenant = 3",
    "inherit_all": "select wheels, count(*) from vehicle group by wheels",
    "inherit_index": "select * from vehicle where wheels = 8",
    "inherit_only": "select * from only vehicle where wheels = 4 and name like 'vehicle 1%'",
    "extended_mcv": "select * from place where city = 'city 17' and zip = '00017' and state = 'state 17'",
    "extended_dependencies": "select count(*) from place where city = 'city 100' and state = 'state 10'",
    "extended_distinct": "select city, state, count(*) from place group by city, state",
    "extended_distinct_3": "select city, state, zip, count(*) from place group by city, state, zip",
    "extended_expression": "select * from place where people / 2 = 1234",
    "extended_both": "select * from place where people % 10 = 3 and state = 'state 3'",
    "expression_index": "select * from place where lower(city) = 'city 5'",
    "expression_range": "select * from place where people / nullif(area, 0) > 5000 and area > 1",
    "collated": "select * from place where note >= 'ab' and note < 'ac' order by note",
    "collated_like": "select * from place where note like 'abc%'",
    "enum": "select count(*) from person where mood = 'sad'",
    "enum_range": "select * from person where mood >= 'calm' and id < 500 order by mood",
    "statistics_target": "select * from person where email = 'p77@mail37.example' or email like '%@mail7.example'",
    "unique_expression": "select id, mood from person where lower(email) = 'p77@mail37.example'",
    "few_statistics": "select * from person where nick = 'nick77'",
    "pattern": "select * from person where nick like 'nick77%'",
    "override_distinct": "select code, count(*) from person group by code",
    "hash_index": "select * from person where code = 'c77'",
    "composite": "select * from person where (home).a = 3 and age > 85",
    "array": "select count(*) from person where tags @> array['t3', 't17']",
    "array_overlap": "select * from person where tags && array['t32']",
    "array_any": "select * from person where 't5' = any (tags)",
    "range": "select * from person where seen && tstzrange('2025-02-01 UTC', '2025-02-03 UTC')",
    "range_contains": "select * from person where seen @> timestamptz '2026-02-01 12:30 UTC'",
    "multirange": "select * from person where busy && daterange('2025-03-01', '2025-03-02')",
    "inet": "select * from person where ip << '10.7.0.0/16'",
    "uuid": "select * from person where key = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
    "uuid_range": "select * from person where key > 'f0000000-0000-0000-0000-000000000000' order by key limit 50",
    "domain": "select * from person where age = 42 and born > '2000-01-01'",
    "descending": "select id, born from person order by born desc nulls last limit 30",
    "boolean": "select * from person where gone and id between 100 and 9000",
    "boolean_null": "select count(*) from person where gone is null",
    "trigram": "select * from person where nick like '%ck123%'",
    "bits": "select * from person where bits = B'00000011' and paid = '3'",
    "interval": "select * from person where duration > interval '16 hours' and ratio < 1",
    "generated": "select * from person where full_name = 'nick3 c3'",
    "toast": "select id, big from person where big is not null order by id",
    "brin": "select count(*) from person where id between 1000 and 1400 and born < '1960-01-01'",
    "view": "select * from glad where born > '2004-01-01' order by id",
    "barrier": "select * from guarded where city = 'city 9' and id < 3000",
    "materialized": "select * from per_state where state = 'state 3' and places > 100",
    "equal_indexes": "select * from twice where a = 5",
    "equal_indexes_2": "select c from twice where b = 5 and a > 100",
    "index_only": "select b, a from twice where b between 3 and 8",
    "storage_options": "select v, count(*) from scratch group by v",
    "wide_rows": "select a, b from wide order by c",
    "wide_hash": "select w.id, v.b from wide w join wide v on v.c = w.c",
    "grown": "select count(*) from grown where v = 5",
    "grown_recent": "select * from grown where at > '2025-04-30'",
    "grown_middle": "select * from grown where at between '2025-02-01' and '2025-02-02'",
    "grown_join": "select count(*) from grown g join grown h on h.id = g.id + 1 where g.at > '2025-05-01'",
    "churned": "select * from churned where state = 3",
    "churned_only": "select count(*) from churned where state < 4",
    "emptied": "select * from emptied where v = 3",
    "hollow": "select * from hollow where v = 3 order by id",
    "fresh": "select * from fresh where v = 3",
    "fresh_join": "select * from fresh f join twice t on t.a = f.v where f.id < 100",
    "row_security": "select * from owned where v = 77",
    "function_cost": "select * from twice where slow(c) and a < 10",
    "function_rows": "select * from twice t, some_rows(5) s where t.c = s",
    "lateral": "select p.id, x.at from person p, lateral (select at from event e where e.id = p.id limit 1) x"
    " where p.id < 50",
    "window": "select id, rank() over (partition by state order by people) from place where city like 'city 1%'",
    "recursive": "with recursive r(n) as (select 1 union all select n + 1 from r where n < 100)"
    " select count(*) from r join twice on c = n",
    "union": "select id from place where people < 50 union select id from person where age = 7",
    "exists": "select * from place p where exists (select from twice t where t.c = p.people and t.a = 9)",
    "anti": "select * from place p where not exists (select from person q where q.id = p.id) and people < 2000",
    "update": "update place set people = 0 where city = 'city 5'",
    "delete": "delete from event where at < '2024-01-10'",
    "merge_join": "select * from scratch a join scratch b using (id) order by id",
    "memoize": "select count(*) from twice t join place p on p.id = t.a + 1 where t.b < 300",
    "grouping": "select state, city, sum(people) from place group by rollup (state, city)",
    "distinct_on": "select distinct on (state) state, city, people from place order by state, people desc",
    "jsonb": "select count(*) from event where payload @> '{\"n\": 7}'",
    "parameterless": "select count(*) from person p join place q on q.city = 'city ' || p.age where p.mood = 'glad'",
}


def load(url: str) -> str:
    """Make the database on the server at `url` unless it is there. Returns its URL."""
    if is_loaded(url, DATABASE):
        return database_url(url, DATABASE)
    target = new_database(url, DATABASE)
    with psycopg.connect(target, autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(script(f"create extension {extension}"))
        connection.execute(script(_TABLES))
        connection.execute("vacuum (analyze)")
        connection.execute(script(_AFTERMATH))
        connection.execute("checkpoint")
        connection.execute(script(f"alter database {DATABASE} set random_page_cost = 1.3"))
        connection.execute(script(f"alter database {DATABASE} set work_mem = '1500kB'"))
        connection.execute(script(f"alter database {DATABASE} set jit = off"))
        connection.execute(script(f"alter database {DATABASE} set effective_cache_size = '1GB'"))
        connection.execute(script(f"alter database {DATABASE} set from_collapse_limit = 6"))
    mark_loaded(url, DATABASE)
    return target


def main() -> None:
    """Load the database."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corners", description="Load the corners database.")
    parser.add_argument("--url", required=True, help="a server where databases and extensions may be made")
    parser.add_argument("--reader", default="", help="an ordinary role that shall be able to read it")
    options = parser.parse_args()
    started = time.monotonic()
    target = load(options.url)
    if options.reader:
        grant_reading(target, options.reader)
    print(f"{DATABASE}: {target} ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
