"""A marketplace that uses what PostgreSQL has: the workload of an application that TPC-H and TPC-DS leave out.

Documents, arrays, text search, trigrams, soft deletes, expressions, ranges, places, an append-only log of events,
long values, feeds, foreign keys that delete, and writes. About 1.5 GB in 12 tables, with primary keys and one
exclusion constraint alone. Its queries, with how often each runs in an hour, are in features.sql.

    python -m benchmarks.features --url postgresql://postgres@host/postgres --reader reader
    python -m benchmarks.index_advisor --url postgresql://reader@host/features --admin-url ... --workload features
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import psycopg

from .tpc import database_url, grant_reading, is_loaded, mark_loaded, new_database, script

DATABASE = "features"
WORKLOAD = Path(__file__).with_name("features.sql")

_SCHEMA = """
create table account (id integer primary key, email text not null, name text not null, country text not null,
    settings jsonb not null, created_at timestamptz not null, deleted_at timestamptz, referrer text not null);
create table vendor (id integer primary key, account_id integer not null references account, name text not null,
    place point not null, rating numeric(3, 2) not null);
create table product (id integer primary key, vendor_id integer not null references vendor, name text not null,
    description text not null, tags text[] not null, attributes jsonb not null, price numeric(10, 2) not null,
    listed boolean not null, created_at timestamptz not null,
    words tsvector generated always as (to_tsvector('english', name || ' ' || description)) stored);
create table orders (id integer primary key, account_id integer not null references account, status text not null,
    placed_at timestamptz not null, shipped_at timestamptz, total numeric(10, 2) not null, details jsonb not null);
create table order_line (order_id integer not null references orders on delete cascade, line smallint not null,
    product_id integer not null references product, quantity smallint not null, price numeric(10, 2) not null,
    primary key (order_id, line));
create table event (id bigint primary key, at timestamptz not null, account_id integer not null, kind text not null,
    payload jsonb not null);
create table message (id integer primary key, thread_id integer not null, sender_id integer not null references account,
    recipient_id integer not null references account, sent_at timestamptz not null, read_at timestamptz,
    body text not null);
create table session (id integer primary key, account_id integer not null references account on delete cascade,
    token text not null, address inet not null, expires_at timestamptz not null, agent text not null);
create table booking (id integer primary key, resource_id integer not null, account_id integer not null,
    during tstzrange not null, exclude using gist (resource_id with =, during with &&));
create table tariff (id integer primary key, product_id integer not null, valid daterange not null,
    price numeric(10, 2) not null);
create table review (id integer primary key, product_id integer not null, account_id integer not null,
    stars smallint not null, written_at timestamptz not null, body text not null, labels integer[] not null);
create table job (id integer primary key, queue text not null, state text not null, run_at timestamptz not null,
    attempts smallint not null, payload jsonb not null);
"""

# Numbers that look like chance and are the same everywhere: the server's hash of a row's number and of a column's.
_ROWS = """
create function mixed(n bigint, salt integer) returns bigint language sql immutable parallel safe as
    'select hashint8extended(n, salt) & 4294967295';
create function word(n bigint) returns text language sql immutable parallel safe as
    $$select (array['silver', 'oak', 'river', 'winter', 'paper', 'garden', 'copper', 'velvet', 'north', 'stone',
        'amber', 'linen', 'harbour', 'cedar', 'lantern', 'meadow', 'iron', 'coral', 'maple', 'cotton', 'marble',
        'willow', 'canvas', 'ember', 'saffron', 'pebble', 'walnut', 'glacier', 'orchid', 'falcon'])[1 + n % 30]
        || case when n % 7 < 4 then '' else chr((97 + n / 30 % 26)::integer) || chr((97 + n / 780 % 26)::integer) end$$;

insert into account select i, 'User.' || mixed(i, 1) || '@' || word(mixed(i, 2) % 40) || '.example',
    initcap(word(mixed(i, 3))) || ' ' || initcap(word(mixed(i, 4))), 'C' || (mixed(i, 5) % 60)::text,
    jsonb_build_object('theme', case when mixed(i, 6) % 20 = 0 then 'dark' else 'light' end, 'language',
        'l' || mixed(i, 7) % 25, 'plan', case when mixed(i, 8) % 400 = 0 then 'enterprise' else 'free' end)
        || case when mixed(i, 9) % 500 = 0 then '{"beta": true}' else '{}' end::jsonb,
    timestamptz '2022-01-01 UTC' + i * interval '5 minutes',
    case when mixed(i, 10) % 12 = 0 then timestamptz '2025-01-01 UTC' + i * interval '1 minute' end,
    'https://' || word(mixed(i, 11)) || '.example/campaign/' || md5(i::text) || md5((i + 1)::text)
        || '?source=newsletter'
from generate_series(1, 400000) i;

insert into vendor select i, 1 + mixed(i, 20) % 400000, initcap(word(mixed(i, 21))) || ' & ' || initcap(word(i)),
    point(mixed(i, 22) % 100000 / 100.0, mixed(i, 23) % 100000 / 100.0), 1 + mixed(i, 24) % 400 / 100.0
from generate_series(1, 60000) i;

insert into product select i, 1 + mixed(i, 30) % 60000,
    word(mixed(i, 31)) || ' ' || word(mixed(i, 32)) || ' ' || i % 977,
    (select string_agg(word(mixed(i * 13 + w, 33)), ' ') from generate_series(1, 25) w),
    array['t' || mixed(i, 34) % 3000, 't' || mixed(i, 35) % 300, 't' || mixed(i, 36) % 30],
    jsonb_build_object('brand', 'b' || mixed(i, 37) % 2000, 'colour', word(mixed(i, 38) % 30), 'size',
        mixed(i, 39) % 60, 'spec', jsonb_build_object('weight', mixed(i, 40) % 5000,
            'model', 'm' || mixed(i, 41) % 50000)),
    mixed(i, 42) % 100000 / 100.0, mixed(i, 43) % 10 < 8, timestamptz '2023-01-01 UTC' + i * interval '6 minutes'
from generate_series(1, 200000) i;

insert into orders select i, 1 + mixed(i, 50) % 400000,
    case when i > 1190000 and mixed(i, 51) % 2 = 0 then 'pending' when mixed(i, 51) % 300 = 0 then 'disputed'
         when mixed(i, 51) % 25 = 0 then 'cancelled' else 'done' end,
    timestamptz '2023-01-01 UTC' + i * interval '80 seconds',
    case when i < 1185000 then timestamptz '2023-01-03 UTC' + i * interval '80 seconds' end,
    mixed(i, 52) % 50000 / 100.0,
    jsonb_build_object('channel', 'ch' || mixed(i, 53) % 6, 'invoice', 'INV-' || mixed(i, 54) % 900000)
        || case when mixed(i, 55) % 800 = 0 then jsonb_build_object('gift', true) else '{}' end
from generate_series(1, 1200000) i;

insert into order_line select 1 + i / 3, 1 + i % 3, 1 + mixed(i, 60) % 200000, 1 + mixed(i, 61) % 9,
    mixed(i, 62) % 100000 / 100.0
from generate_series(0, 3599999) i;

insert into event select i, timestamptz '2025-01-01 UTC' + i * interval '8 seconds', 1 + mixed(i, 70) % 400000,
    (array['view', 'click', 'search', 'cart', 'error'])
        [1 + (mixed(i, 71) % 100 * (mixed(i, 71) % 100) / 2200)::integer],
    jsonb_build_object('page', '/p/' || mixed(i, 72) % 200000, 'ms', mixed(i, 73) % 3000)
from generate_series(1, 4000000) i;

insert into message select i, 1 + mixed(i, 80) % 120000, 1 + mixed(i, 81) % 400000, 1 + mixed(i, 82) % 400000,
    timestamptz '2024-01-01 UTC' + i * interval '1 minute',
    case when mixed(i, 83) % 60 > 0 then timestamptz '2024-01-02 UTC' + i * interval '1 minute' end,
    (select string_agg(word(mixed(i * 17 + w, 84)), ' ') from generate_series(1, 18) w)
        || ' ref' || mixed(i, 85) % 100000
from generate_series(1, 600000) i;

insert into session select i, 1 + mixed(i, 90) % 400000, md5(i::text) || md5((i * 7)::text) || md5((i * 11)::text),
    ('10.' || mixed(i, 91) % 256 || '.' || mixed(i, 92) % 256 || '.' || mixed(i, 93) % 256)::inet,
    timestamptz '2025-12-01 UTC' + mixed(i, 94) % 90 * interval '1 day', 'agent ' || mixed(i, 95) % 400
from generate_series(1, 500000) i;

insert into booking select i, i % 3000, 1 + mixed(i, 100) % 400000,
    tstzrange(timestamptz '2025-01-01 UTC' + i / 3000 * interval '1 day',
              timestamptz '2025-01-01 UTC' + i / 3000 * interval '1 day' + (1 + mixed(i, 101) % 20) * interval '1 hour')
from generate_series(1, 300000) i;

insert into tariff select i, 1 + i % 200000, daterange(date '2024-01-01' + (i / 200000 * 180)::integer,
    date '2024-01-01' + (i / 200000 * 180 + 20 + mixed(i, 110) % 160)::integer), mixed(i, 111) % 100000 / 100.0
from generate_series(1, 600000) i;

insert into review select i, 1 + mixed(i, 120) % 200000, 1 + mixed(i, 121) % 400000, 1 + mixed(i, 122) % 5,
    timestamptz '2023-06-01 UTC' + i * interval '2 minutes',
    (select string_agg(word(mixed(i * 19 + w, 123)), ' ') from generate_series(1, 14) w),
    array[mixed(i, 124) % 5000, mixed(i, 125) % 400]::integer[]
from generate_series(1, 500000) i;

insert into job select i, 'q' || mixed(i, 130) % 12, case when i > 598500 then 'ready' when mixed(i, 131) % 700 = 0 then
    'failed' else 'done' end, timestamptz '2025-06-01 UTC' + i * interval '30 seconds', mixed(i, 132) % 4,
    jsonb_build_object('order', 1 + mixed(i, 133) % 1200000, 'step', mixed(i, 134) % 9)
from generate_series(1, 600000) i;
"""


def load(url: str) -> str:
    """Make the database on the server at `url` unless it is there. Returns its URL."""
    if is_loaded(url, DATABASE):
        return database_url(url, DATABASE)
    target = new_database(url, DATABASE)
    with psycopg.connect(target, autocommit=True) as connection:
        for extension in ("pg_trgm", "btree_gist"):
            connection.execute(script(f"create extension {extension}"))
        # One process, so that rows lie on the same pages everywhere.
        connection.execute("set max_parallel_workers_per_gather = 0")
        connection.execute(script(_SCHEMA))
        connection.execute("set session_replication_role = replica")  # every reference is made to exist
        for statement in filter(str.strip, _ROWS.split(";\n")):
            connection.execute(script(statement))
        connection.execute("drop function mixed, word")
        connection.execute("vacuum (analyze, freeze)")
    mark_loaded(url, DATABASE)
    return target


def main() -> None:
    """Load the database."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description="Load the features database.")
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
