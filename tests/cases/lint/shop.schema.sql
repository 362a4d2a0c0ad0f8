-- A shop, as most of the cases find it.
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE DOMAIN plain AS text;
CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(50) NOT NULL,
    email text,
    joined timestamp,
    code code
);
CREATE INDEX customers_email ON customers (email);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer CONSTRAINT orders_customer REFERENCES customers,
    total numeric(10, 2),
    state status DEFAULT 'new',
    note varchar(100),
    checked integer,
    CONSTRAINT orders_checked_set CHECK (checked IS NOT NULL),
    CONSTRAINT orders_note_short CHECK (length(note) < 90)
);
CREATE INDEX orders_customer_id ON orders (customer_id, state);
CREATE UNIQUE INDEX orders_note ON orders (note);
CREATE UNIQUE INDEX orders_checked ON orders (checked);
CREATE TABLE lines (order_id bigint NOT NULL, line integer NOT NULL, sku text, amount integer);
CREATE TABLE log (id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE events (id bigint NOT NULL, day date NOT NULL, kind text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE march (id bigint NOT NULL, day date NOT NULL, kind text);
CREATE TABLE april (
    id bigint NOT NULL,
    day date NOT NULL,
    kind text,
    CONSTRAINT april_day CHECK (day >= '2024-04-01' AND day < '2024-05-01')
);
CREATE TABLE regions (id bigint, region text) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'fr');
CREATE TABLE regions_rest PARTITION OF regions DEFAULT;
CREATE TABLE asia (id bigint, region text NOT NULL, CONSTRAINT asia_region CHECK (region IN ('cn', 'jp')));
CREATE VIEW open_orders AS SELECT id, customer_id, total FROM orders;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer ON totals (customer_id);
CREATE FUNCTION settled(bigint) RETURNS boolean LANGUAGE sql STABLE
    AS 'SELECT note IS NULL FROM orders WHERE id = $1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION token() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT random()::text';
CREATE FUNCTION origin() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''web''';
CREATE PUBLICATION feed FOR TABLE orders;
