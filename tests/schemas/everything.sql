-- Every object kind and every feature of PostgreSQL 12 to 18 that the model carries. Marks as in the catalogue queries:
-- a line that ends in such a mark is for those major versions only.

CREATE SCHEMA shop;
CREATE SCHEMA "Odd ""Schema"" £";
COMMENT ON SCHEMA shop IS 'Everything sold; it''s a \ test';
CREATE SCHEMA empty;

-- Types -------------------------------------------------------------------------------------------------------------
CREATE TYPE shop.order_status AS ENUM ('pending', 'paid', 'it''s gone', 'Ünïcode');
ALTER TYPE shop.order_status ADD VALUE 'authorised' BEFORE 'paid';
COMMENT ON TYPE shop.order_status IS 'Life of an order';
CREATE TYPE shop.nothing AS ENUM ();
CREATE TYPE shop.address AS (street text, "Zip Code" varchar(10) COLLATE "C", lines text[]);
COMMENT ON COLUMN shop.address.street IS 'With the number';
CREATE DOMAIN shop.email AS text CONSTRAINT email_shape CHECK (VALUE ~ '^[^@]+@[^@]+$') DEFAULT 'nobody@example.org';
CREATE DOMAIN shop.work_email AS shop.email NOT NULL CONSTRAINT work_only CHECK (VALUE LIKE '%@work');
CREATE DOMAIN shop.code AS varchar(8) COLLATE "C";
ALTER DOMAIN shop.code ADD CONSTRAINT code_long CHECK (length(VALUE) > 2) NOT VALID;
COMMENT ON CONSTRAINT code_long ON DOMAIN shop.code IS 'Some are short';
CREATE DOMAIN shop.tags AS text[];
CREATE FUNCTION shop.time_diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE shop.time_range AS RANGE (subtype = time, subtype_diff = shop.time_diff);
CREATE TYPE shop.text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE shop.float_range AS RANGE (subtype = float8, subtype_opclass = float8_ops, subtype_diff = float8mi, multirange_type_name = shop.float_spans); --[14+]
CREATE TYPE shop.float_range AS RANGE (subtype = float8, subtype_opclass = float8_ops, subtype_diff = float8mi); --[<14]
CREATE TYPE shop.shell;
CREATE COLLATION shop.plain (locale = 'C');
COMMENT ON COLLATION shop.plain IS 'Bytes';

-- Functions ---------------------------------------------------------------------------------------------------------
CREATE FUNCTION shop.net(gross numeric, rate numeric DEFAULT 0.2) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN gross / (1 + rate);                                                                                       --[14+]
    AS 'SELECT gross / (1 + rate)';                                                                                  --[<14]
CREATE FUNCTION shop.net(gross integer) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT gross / 1.2';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop, pg_temp
    AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
COMMENT ON FUNCTION shop.touch() IS 'Keeps the time';
CREATE FUNCTION shop.note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION shop.spread(VARIADIC parts integer[], OUT low integer, OUT high integer) RETURNS record
    LANGUAGE sql LEAKPROOF STRICT COST 7 AS 'SELECT min(p), max(p) FROM unnest(parts) p';
CREATE FUNCTION shop.many() RETURNS TABLE (a integer, b text) LANGUAGE sql ROWS 5 AS $$ VALUES (1, 'x') $$;
CREATE PROCEDURE shop.clean(INOUT kept integer) LANGUAGE plpgsql AS $$ BEGIN kept := 0; END $$;
CREATE FUNCTION shop.add_state(state bigint, value integer) RETURNS bigint LANGUAGE sql IMMUTABLE
    AS 'SELECT coalesce(state, 0) + coalesce(value, 0)';
CREATE FUNCTION shop.sub_state(state bigint, value integer) RETURNS bigint LANGUAGE sql IMMUTABLE
    AS 'SELECT coalesce(state, 0) - coalesce(value, 0)';
CREATE AGGREGATE shop.total(integer) (
    SFUNC = shop.add_state, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE,
    MSFUNC = shop.add_state, MINVFUNC = shop.sub_state, MSTYPE = bigint, MINITCOND = '0'
);
CREATE AGGREGATE shop.how_many(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE shop.largest(integer) (SFUNC = int4larger, STYPE = integer, SORTOP = >);
COMMENT ON AGGREGATE shop.total(integer) IS 'A sum';
CREATE FUNCTION shop.row_no() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';

-- Sequences ---------------------------------------------------------------------------------------------------------
CREATE SEQUENCE shop.numbers AS smallint START WITH 10 INCREMENT BY -2 MINVALUE -100 MAXVALUE 10 CACHE 3 CYCLE;
COMMENT ON SEQUENCE shop.numbers IS 'Downwards';

-- Tables ------------------------------------------------------------------------------------------------------------
CREATE TABLE shop.customer (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 5 MAXVALUE 99999 CACHE 7 CYCLE) PRIMARY KEY,
    code shop.code NOT NULL,
    mail shop.email,
    name varchar(40) COLLATE shop.plain NOT NULL DEFAULT '',
    bio text,
    born date,
    home shop.address,
    tags text[] NOT NULL DEFAULT '{}',
    labels shop.tags,
    grid integer[][],
    score numeric(7,2) DEFAULT shop.net(10, 0.5) CONSTRAINT score_range CHECK (score BETWEEN 0 AND 100),
    hours shop.time_range,
    price numeric GENERATED ALWAYS AS (score * 2) STORED,
    shout text GENERATED ALWAYS AS (upper(bio)) VIRTUAL,                                                             --[18+]
    flag "char",
    letter char,
    bits bit(3),
    span interval day to second(2),
    moment timestamp(3) with time zone DEFAULT '2020-01-01 12:00+00',
    touched timestamptz,
    CONSTRAINT customer_code_key UNIQUE (code) INCLUDE (name) WITH (fillfactor = 70),
    CONSTRAINT name_or_mail CHECK (name <> '' OR mail IS NOT NULL) NO INHERIT
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = false);
COMMENT ON TABLE shop.customer IS 'Who buys';
COMMENT ON COLUMN shop.customer.code IS E'Line 1\nLine 2 "quoted" ''single'' \\ back';
COMMENT ON CONSTRAINT score_range ON shop.customer IS 'Percent';
ALTER TABLE shop.customer ALTER bio SET STORAGE EXTERNAL;
ALTER TABLE shop.customer ALTER name SET STATISTICS 321;
ALTER TABLE shop.customer ALTER born SET (n_distinct = -0.5);
ALTER TABLE shop.customer ALTER bio SET COMPRESSION pglz;                                                            --[14+]
ALTER TABLE shop.customer ADD CONSTRAINT late CHECK (born < '2100-01-01') NOT VALID;
ALTER TABLE shop.customer ADD CONSTRAINT unkept CHECK (born > '1800-01-01') NOT ENFORCED;                            --[18+]
ALTER TABLE shop.customer ADD CONSTRAINT has_mail NOT NULL mail NOT VALID;                                           --[18+]
CREATE INDEX customer_name_idx ON shop.customer (name COLLATE "C" varchar_pattern_ops DESC NULLS LAST, born NULLS FIRST)
    INCLUDE (score) WITH (fillfactor = 60) WHERE born IS NOT NULL;
CREATE INDEX customer_expr_idx ON shop.customer (lower(name), (score + 1), (name || 'x') COLLATE "POSIX", (bio IS NULL) DESC);
ALTER INDEX shop.customer_expr_idx ALTER COLUMN 2 SET STATISTICS 55;
CREATE INDEX customer_tags_gin ON shop.customer USING gin (tags) WITH (fastupdate = off);
CREATE INDEX customer_born_brin ON shop.customer USING brin (born) WITH (pages_per_range = 8, autosummarize = true);
CREATE INDEX customer_mail_hash ON shop.customer USING hash (mail);
CREATE INDEX customer_search_gist ON shop.customer USING gist (to_tsvector('english', bio) tsvector_ops (siglen = 32)); --[13+]
CREATE UNIQUE INDEX customer_mail_unique ON shop.customer (mail) NULLS NOT DISTINCT;                                 --[15+]
CREATE UNIQUE INDEX customer_name_unique ON shop.customer (lower(name)) WHERE (mail IS NOT NULL AND born > '2000-01-01');
COMMENT ON INDEX shop.customer_name_idx IS 'By name';
CREATE INDEX customer_letter_idx ON shop.customer (bio bpchar_ops, letter bpchar_pattern_ops);
ALTER TABLE shop.customer CLUSTER ON customer_code_key;

CREATE TABLE shop.product (
    sku text NOT NULL,
    region integer NOT NULL DEFAULT nextval('shop.numbers'),
    serial_no serial,
    small_no smallserial,
    valid daterange NOT NULL,
    parent_sku text,
    parent_region integer,
    alias text UNIQUE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT product_pk PRIMARY KEY (sku, region),
    CONSTRAINT product_nulls UNIQUE NULLS NOT DISTINCT (parent_sku, parent_region),                                  --[15+]
    CONSTRAINT product_parent FOREIGN KEY (parent_sku, parent_region) REFERENCES shop.product (sku, region)
        MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT product_period EXCLUDE USING gist (valid WITH &&, int4range(region, region + 1) WITH =) INCLUDE (sku)
        WHERE (region > 0)
);
ALTER SEQUENCE shop.numbers OWNED BY shop.product.region;
ALTER TABLE shop.product REPLICA IDENTITY FULL;
CREATE TABLE shop.product_note (
    sku text,
    region integer DEFAULT 0,
    customer bigint,
    note jsonb,
    CONSTRAINT note_product FOREIGN KEY (sku, region) REFERENCES shop.product
        ON DELETE SET NULL (region),                                                                                 --[15+]
        ON DELETE SET DEFAULT,                                                                                       --[<15]
    CONSTRAINT note_customer FOREIGN KEY (customer) REFERENCES shop.customer ON DELETE RESTRICT NOT VALID
);
ALTER TABLE shop.product_note ADD CONSTRAINT note_late FOREIGN KEY (customer) REFERENCES shop.customer (id)
    ON DELETE CASCADE NOT VALID;
ALTER TABLE shop.product_note ADD CONSTRAINT note_loose FOREIGN KEY (customer) REFERENCES shop.customer NOT ENFORCED; --[18+]
COMMENT ON CONSTRAINT note_late ON shop.product_note IS 'Not checked yet';

CREATE TABLE shop.booking (                                                                                          --[18+]
    room int4range, during daterange,                                                                                --[18+]
    CONSTRAINT booking_pk PRIMARY KEY (room, during WITHOUT OVERLAPS)                                                --[18+]
);                                                                                                                   --[18+]
CREATE TABLE shop.guest (                                                                                            --[18+]
    room int4range, stay daterange,                                                                                  --[18+]
    CONSTRAINT guest_booking FOREIGN KEY (room, PERIOD stay) REFERENCES shop.booking (room, PERIOD during)           --[18+]
);                                                                                                                   --[18+]

CREATE UNLOGGED TABLE shop.buffer (line text);
CREATE TABLE shop."order" (
    "user" integer NOT NULL, "select" text, "with ""quotes""" text, "Ünïcødé ✓" text DEFAULT 'ü✓\',
    "a.b" integer, " leading" integer, "trailing " integer,
    "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" integer NOT NULL UNIQUE,
    PRIMARY KEY ("user", "a.b")
);
COMMENT ON COLUMN shop."order"."with ""quotes""" IS '';
CREATE TABLE "Odd ""Schema"" £"."ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" (
    "Key" shop.order_status PRIMARY KEY DEFAULT 'it''s gone', "arr" shop.order_status[] DEFAULT '{paid,"it''s gone"}',
    CONSTRAINT "check ""it"" ✓" CHECK ("Key" <> ALL ("arr"))
);
CREATE INDEX "Index ""£""" ON "Odd ""Schema"" £"."ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" (("arr"[1]));
CREATE TABLE shop.no_columns ();
CREATE TABLE shop.typed OF shop.address (street WITH OPTIONS NOT NULL DEFAULT 'x', PRIMARY KEY ("Zip Code"));

-- Inheritance and partitions ----------------------------------------------------------------------------------------
CREATE TABLE shop.animal (id integer NOT NULL DEFAULT 1, name text, CONSTRAINT animal_id CHECK (id > 0));
CREATE TABLE shop.plant (leaves integer CONSTRAINT leaves_needed NOT NULL);
CREATE TABLE shop.coral (name text, colour text, CONSTRAINT coral_own CHECK (colour <> '')) INHERITS (shop.animal, shop.plant);
ALTER TABLE shop.coral ALTER id SET DEFAULT 7;
CREATE TABLE shop.event (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    at timestamptz NOT NULL,
    kind integer NOT NULL CONSTRAINT kind_positive CHECK (kind > 0),
    customer bigint REFERENCES shop.customer,
    touched timestamptz,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE shop.event_2024 PARTITION OF shop.event (kind DEFAULT 24) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01 00:00+00')
    WITH (fillfactor = 50);
CREATE TABLE shop.event_2025 PARTITION OF shop.event FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01')
    PARTITION BY LIST (id);
CREATE TABLE shop.event_2025_1 PARTITION OF shop.event_2025 FOR VALUES IN (1, 2);
CREATE TABLE shop.event_2025_x PARTITION OF shop.event_2025 DEFAULT;
CREATE INDEX event_customer_idx ON shop.event (customer) WHERE customer IS NOT NULL;
ALTER INDEX shop.event_2024_customer_idx RENAME TO event_2024_own_name;
CREATE INDEX event_2024_only ON shop.event_2024 (kind);
CREATE TABLE shop.hashed (a integer, b text) PARTITION BY HASH (a, lower(b));
CREATE TABLE shop.hashed_0 PARTITION OF shop.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE shop.event_note (event bigint, at timestamptz, FOREIGN KEY (event, at) REFERENCES shop.event (id, at));

-- Views -------------------------------------------------------------------------------------------------------------
CREATE VIEW shop.adult WITH (security_barrier = true) AS
    SELECT id, name, born, shop.net(score, 0.1) AS net FROM shop.customer WHERE born < '2000-01-01'
    WITH LOCAL CHECK OPTION;
COMMENT ON VIEW shop.adult IS 'Old enough';
COMMENT ON COLUMN shop.adult.net IS 'Without tax';
ALTER VIEW shop.adult ALTER name SET DEFAULT 'nobody';
CREATE VIEW shop.adult_names AS SELECT name FROM shop.adult;
CREATE VIEW shop.invoked WITH (security_invoker = true) AS SELECT 1 AS one;                                          --[15+]
CREATE RECURSIVE VIEW shop.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE MATERIALIZED VIEW shop.top AS SELECT id, score FROM shop.customer ORDER BY score DESC LIMIT 10 WITH NO DATA;
CREATE UNIQUE INDEX top_id ON shop.top (id);
CREATE MATERIALIZED VIEW shop.full_top WITH (fillfactor = 90) AS SELECT * FROM shop.top WITH NO DATA;

-- Triggers, rules, policies -----------------------------------------------------------------------------------------
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF name, bio ON shop.customer FOR EACH ROW WHEN (NEW.name <> '')
    EXECUTE FUNCTION shop.touch();
COMMENT ON TRIGGER touch ON shop.customer IS 'Time';
CREATE TRIGGER sleeping AFTER DELETE OR TRUNCATE ON shop.customer EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.customer DISABLE TRIGGER sleeping;
CREATE TRIGGER always AFTER UPDATE ON shop.customer REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.customer ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON shop.customer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION shop.touch();
CREATE TRIGGER event_touch AFTER INSERT ON shop.event FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON shop.adult_names FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION shop.note_ddl();
COMMENT ON EVENT TRIGGER watch IS 'Sees all';
ALTER EVENT TRIGGER watch DISABLE;
CREATE RULE keep AS ON DELETE TO shop.product_note WHERE OLD.sku IS NULL DO INSTEAD NOTHING;
COMMENT ON RULE keep ON shop.product_note IS 'Kept';
ALTER TABLE shop.product_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.product_note FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.product_note AS RESTRICTIVE FOR UPDATE TO everything_reader, everything_writer
    USING (customer = 1) WITH CHECK (sku IS NOT NULL);
CREATE POLICY seen ON shop.product_note USING (true);
COMMENT ON POLICY own ON shop.product_note IS 'Mine';

-- Statistics, publications, foreign things --------------------------------------------------------------------------
CREATE STATISTICS shop.born_score (ndistinct, dependencies) ON born, score FROM shop.customer;
CREATE STATISTICS shop.names (mcv) ON lower(name), born FROM shop.customer;                                          --[14+]
ALTER STATISTICS shop.born_score SET STATISTICS 77;                                                                  --[13+]
COMMENT ON STATISTICS shop.born_score IS 'Together';
CREATE PUBLICATION partly FOR TABLE shop.customer (id, name) WHERE (id > 5), TABLE shop.event WITH (publish = 'insert, update', publish_via_partition_root = true); --[15+]
CREATE PUBLICATION partly FOR TABLE shop.customer WITH (publish = 'insert, update');                  --[<15]
COMMENT ON PUBLICATION partly IS 'A part';
CREATE PUBLICATION whole FOR ALL TABLES;
CREATE PUBLICATION folder FOR TABLES IN SCHEMA shop;                                                                 --[15+]
CREATE PUBLICATION made FOR TABLE shop.plant WITH (publish_generated_columns = stored);                              --[18+]
CREATE SUBSCRIPTION feed CONNECTION 'dbname=secret password=hidden' PUBLICATION one, two WITH (connect = false, slot_name = NONE);
CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (debug 'true');
CREATE SERVER far TYPE 'cloud' VERSION '1' FOREIGN DATA WRAPPER nowhere OPTIONS (host 'example.org', "Odd key" 'it''s');
COMMENT ON SERVER far IS 'Away';
CREATE FOREIGN TABLE shop.remote (id integer OPTIONS (column_name 'ID') NOT NULL, name text COLLATE "C",
    CONSTRAINT remote_id CHECK (id > 0)) SERVER far OPTIONS (table_name 'there');
COMMENT ON FOREIGN TABLE shop.remote IS 'Not here';

-- What the model knows by name only ---------------------------------------------------------------------------------
CREATE FUNCTION shop.to_code(integer) RETURNS shop.address LANGUAGE sql AS 'SELECT ROW(NULL, NULL, NULL)::shop.address';
CREATE CAST (integer AS shop.address) WITH FUNCTION shop.to_code(integer);
CREATE OPERATOR shop.<=> (LEFTARG = time, RIGHTARG = time, FUNCTION = shop.time_diff);
CREATE OPERATOR CLASS shop.own_ops FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,
    OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE INDEX customer_own_ops ON shop.product (parent_region shop.own_ops);
CREATE TEXT SEARCH DICTIONARY shop.words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION shop.search (COPY = simple);
CREATE CONVERSION shop.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE shop.stored_again (a integer) USING heap_again;

-- Owners, privileges, settings --------------------------------------------------------------------------------------
ALTER TABLE shop.buffer OWNER TO everything_writer;
GRANT SELECT, INSERT ON shop.customer TO everything_reader WITH GRANT OPTION;
GRANT UPDATE ON shop.customer TO PUBLIC;
GRANT SELECT (id, name), UPDATE (name) ON shop.customer TO everything_writer;
GRANT USAGE ON SCHEMA shop TO everything_reader;
REVOKE EXECUTE ON FUNCTION shop.touch() FROM PUBLIC;
REVOKE ALL ON shop.plant FROM postgres;
GRANT USAGE ON SEQUENCE shop.numbers TO everything_reader;
GRANT USAGE ON TYPE shop.address TO everything_reader;
GRANT USAGE ON FOREIGN SERVER far TO everything_reader;
GRANT SELECT ON shop.adult TO everything_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO everything_reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- A list that says what the defaults say is no difference.
GRANT SELECT ON shop.typed TO everything_reader;
REVOKE SELECT ON shop.typed FROM everything_reader;
