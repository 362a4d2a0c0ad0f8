-- What the statements of catalogue.toml run on: tables of which the effect of a statement depends on what else there is.
CREATE SCHEMA old;
CREATE DOMAIN label AS text;
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE customers (
    id integer PRIMARY KEY,
    name varchar(50) NOT NULL,
    email varchar(100),
    note text,
    tags varchar(10)[],
    flags bit(8),
    bits varbit(8),
    ref oid,
    since timestamp,
    last_seen timestamptz,
    price numeric(8, 2),
    span interval,
    at time(3),
    status state,
    marks label,
    kind code,
    addr cidr,
    host inet,
    u uuid,
    doc jsonb,
    small smallint,
    CONSTRAINT customers_name_check CHECK (length(name) > 0),
    CONSTRAINT customers_price_check CHECK (price >= 0)
);
CREATE UNIQUE INDEX customers_email ON customers (lower(email));
CREATE INDEX customers_open ON customers (since) WHERE note IS NULL;
CREATE INDEX customers_note ON customers (note);
CREATE INDEX customers_addr ON customers (addr);
CREATE INDEX customers_bits ON customers (bits);
CREATE INDEX customers_since ON customers (since);
CREATE INDEX customers_price ON customers (price);
CREATE UNIQUE INDEX customers_small ON customers (small);
CREATE UNIQUE INDEX customers_name ON customers (name);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer_id integer CONSTRAINT orders_customer REFERENCES customers,
    twin_id integer,
    total integer,
    doubled integer,
    CONSTRAINT orders_total_set CHECK (total IS NOT NULL AND total > 0)
);
ALTER TABLE orders ADD CONSTRAINT orders_twin CHECK (twin_id IS NOT NULL) NOT VALID;
CREATE TABLE lines (
    id integer PRIMARY KEY,
    order_id integer CONSTRAINT lines_order REFERENCES orders,
    code varchar(20) UNIQUE
);
CREATE TABLE codes (code varchar(20) CONSTRAINT codes_line REFERENCES lines (code));
CREATE TABLE events (id integer, day date NOT NULL, customer_id integer) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE INDEX events_day ON events (day);
ALTER TABLE events ADD CONSTRAINT events_customer FOREIGN KEY (customer_id) REFERENCES customers;
CREATE TABLE march (
    id integer,
    day date NOT NULL,
    customer_id integer,
    CONSTRAINT march_day CHECK (day >= DATE '2024-03-01' AND day < '2024-04-01')
);
CREATE INDEX march_ready ON march (day);
CREATE TABLE april (id integer, day date NOT NULL, customer_id integer);
CREATE TABLE regions (id integer, region text) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'fr');
CREATE TABLE regions_rest PARTITION OF regions DEFAULT;
ALTER TABLE regions_rest ADD CONSTRAINT not_us CHECK (region NOT IN ('us', 'ca'));
ALTER TABLE regions_rest ADD CONSTRAINT not_jp CHECK (NOT (region IS NOT NULL AND region = 'jp'));
CREATE TABLE asia (id integer, region text NOT NULL, CHECK (region = ANY (ARRAY['cn', 'kr'])));
CREATE TABLE keyed (id integer, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE keyed_0 PARTITION OF keyed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE readings (id integer, keyed_id integer CONSTRAINT readings_keyed REFERENCES keyed);
CREATE TABLE nodes (id integer PRIMARY KEY, parent_id integer CONSTRAINT nodes_parent REFERENCES nodes);
CREATE TABLE animals (id integer, name varchar(10));
CREATE TABLE cats () INHERITS (animals);
CREATE TABLE old.archive (id integer PRIMARY KEY, customer_id integer REFERENCES customers);
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer ON totals (customer_id);
CREATE VIEW recent AS SELECT id, customer_id FROM orders;
CREATE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()';
CREATE FUNCTION token() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT random()::text';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 7';
CREATE PUBLICATION feed FOR TABLE orders;

INSERT INTO customers
SELECT g, g, g, CASE WHEN g % 2 = 0 THEN g::text END, '{a}', B'10101010', B'101', g, 'epoch', 'epoch', g % 1000, '1 day',
    '12:00', 'new', g, g, '10.0.0.0/8', '10.0.0.1', NULL, '{}', g
FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, g, g, g, g FROM generate_series(1, 5000) g;
INSERT INTO lines SELECT g, g, g FROM generate_series(1, 5000) g;
INSERT INTO codes SELECT g FROM generate_series(1, 5000) g;
INSERT INTO events SELECT g, DATE '2024-01-01' + g % 60, g + 1 FROM generate_series(0, 2999) g;
INSERT INTO march SELECT g, DATE '2024-03-01' + g % 31, g + 1 FROM generate_series(0, 4998) g;
INSERT INTO april SELECT g, DATE '2024-04-01' + g % 30, g + 1 FROM generate_series(0, 4998) g;
INSERT INTO regions SELECT g, CASE g % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'fr' ELSE 'it' END FROM generate_series(1, 3000) g;
INSERT INTO asia SELECT g, 'cn' FROM generate_series(1, 1000) g;
INSERT INTO keyed SELECT g FROM generate_series(1, 3000) g;
INSERT INTO readings SELECT g, g FROM generate_series(1, 3000) g;
INSERT INTO nodes SELECT g, NULLIF(g - 1, 0) FROM generate_series(1, 3000) g;
INSERT INTO animals SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO cats SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO old.archive SELECT g, g FROM generate_series(1, 1000) g;
REFRESH MATERIALIZED VIEW totals;
ANALYZE;
CREATE TABLE spread (id integer NOT NULL) PARTITION BY HASH (id);
CREATE TABLE spread_0 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE spread_1 (id integer NOT NULL);
ALTER TABLE spread_1 ADD CONSTRAINT odd CHECK (satisfies_hash_partition('spread'::regclass::oid, 2, 1, id));
CREATE TABLE spread_2 (id integer NOT NULL);
CREATE TABLE grid (a integer NOT NULL, b integer) PARTITION BY RANGE (a, b);
CREATE TABLE grid_rest PARTITION OF grid DEFAULT;
CREATE TABLE grid_1 (
    a integer NOT NULL, b integer,
    CONSTRAINT inside CHECK (b IS NOT NULL AND (a > 1 OR (a = 1 AND b >= 2)) AND (a < 3 OR (a = 3 AND b < 4)))
);
ALTER TABLE grid_rest ADD CONSTRAINT outside CHECK (
    NOT (a IS NOT NULL AND b IS NOT NULL AND (a > 1 OR (a = 1 AND b >= 2)) AND (a < 3 OR (a = 3 AND b < 4)))
);
CREATE TABLE regions_2 (id integer, region text) PARTITION BY LIST (region);
CREATE TABLE regions_2_eu PARTITION OF regions_2 FOR VALUES IN ('de', 'fr');
CREATE TABLE regions_2_rest (id integer, region text, CONSTRAINT no_eu CHECK (NOT (region IS NOT NULL AND region IN ('de', 'fr'))));
CREATE INDEX march_late ON march (customer_id, (id + 1)) WHERE day > '2024-03-15';
