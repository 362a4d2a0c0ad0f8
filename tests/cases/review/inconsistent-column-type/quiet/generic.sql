-- Names that say nothing by themselves.
CREATE TABLE a (id bigint PRIMARY KEY, type integer, value numeric, status text, data jsonb, name text, key text);
CREATE TABLE b (id uuid PRIMARY KEY, type text, value text, status smallint, data bytea, name jsonb, key bytea);
