CREATE TABLE base (id bigint PRIMARY KEY, at timestamptz, day date, clock time);
CREATE TABLE child (extra text) INHERITS (base);
