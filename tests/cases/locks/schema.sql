-- What the statements of statements.toml run on: tables with rows, analysed, so that whole reads can be seen.
CREATE DOMAIN plain AS integer;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE SEQUENCE counter;
CREATE TABLE p (id integer PRIMARY KEY, code integer NOT NULL);
CREATE TABLE t (
    id integer PRIMARY KEY,
    a integer,
    a_u integer,
    b text,
    v varchar(20),
    tx text,
    nn integer NOT NULL,
    pid integer,
    n numeric(10, 2),
    ts timestamp,
    tz timestamptz,
    iv interval(3),
    tm time(3),
    ch char(10),
    j json,
    addr cidr,
    rng int4range,
    m mood DEFAULT 'ok',
    d positive,
    jb jsonb
);
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_a_u ON t (a_u);
CREATE UNIQUE INDEX t_nn_u ON t (nn);
CREATE INDEX t_v ON t (v);
CREATE INDEX t_tx ON t (tx);
CREATE TABLE nnchk (id integer PRIMARY KEY, a integer, CONSTRAINT a_set CHECK (a IS NOT NULL));
CREATE TABLE ch (id integer PRIMARY KEY, pid integer, CONSTRAINT ch_pid_fkey FOREIGN KEY (pid) REFERENCES p);
CREATE TABLE fkn (id integer PRIMARY KEY, pid integer);
ALTER TABLE fkn ADD CONSTRAINT fkn_pid_fkey FOREIGN KEY (pid) REFERENCES p NOT VALID;
CREATE TABLE chk (id integer PRIMARY KEY, a integer);
ALTER TABLE chk ADD CONSTRAINT a_small CHECK (a < 100000) NOT VALID;
CREATE TABLE gen (id integer PRIMARY KEY, a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE auto (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial, note text);
CREATE TABLE te (id integer PRIMARY KEY, d positive);
CREATE TABLE en (id integer PRIMARY KEY, m mood NOT NULL);
CREATE TABLE pt (id integer NOT NULL, k integer) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (1000);
CREATE TABLE ptd PARTITION OF pt DEFAULT;
CREATE TABLE pn (id integer NOT NULL, k integer) PARTITION BY RANGE (id);
CREATE TABLE pn1 PARTITION OF pn FOR VALUES FROM (0) TO (1000);
CREATE TABLE pn2 PARTITION OF pn FOR VALUES FROM (1000) TO (2000);
CREATE TABLE newp (id integer NOT NULL, k integer);
CREATE TABLE newp2 (id integer NOT NULL, k integer, CONSTRAINT bound CHECK (id >= 5000 AND id < 6000));
CREATE TABLE child (LIKE p INCLUDING ALL);
CREATE TABLE loose (id integer, a integer);
CREATE TABLE unlog (id integer PRIMARY KEY);
CREATE VIEW vw AS SELECT id, code FROM p;
CREATE MATERIALIZED VIEW mv AS SELECT generate_series(1, 5000) AS id;
CREATE UNIQUE INDEX mv_u ON mv (id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE tr (id integer PRIMARY KEY, a integer);
CREATE TRIGGER tr_touch BEFORE UPDATE ON tr FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY everyone ON tr USING (true);

INSERT INTO p SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO t SELECT g, g, g, g, g, g, g, g, g, 'epoch', 'epoch', '1 s', '12:00', g, '{}', '10.0.0.0/8',
    int4range(g, g + 1), 'ok', g, '{}' FROM generate_series(1, 5000) g;
INSERT INTO nnchk SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO ch SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO fkn SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO chk SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO gen SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO auto (note) SELECT g FROM generate_series(1, 5000) g;
INSERT INTO te SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO en SELECT g, 'ok' FROM generate_series(1, 1000) g;
INSERT INTO pt SELECT g, g FROM generate_series(0, 2000) g;
INSERT INTO pn SELECT g, g FROM generate_series(0, 1999) g;
INSERT INTO newp SELECT g, g FROM generate_series(5000, 5499) g;
INSERT INTO newp2 SELECT g, g FROM generate_series(5000, 5499) g;
INSERT INTO child SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO loose SELECT g, g FROM generate_series(1, 5000) g;
INSERT INTO unlog SELECT g FROM generate_series(1, 5000) g;
INSERT INTO tr SELECT g, g FROM generate_series(1, 5000) g;
ANALYZE;
