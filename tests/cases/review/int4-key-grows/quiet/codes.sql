-- A list of codes stays small.
CREATE TABLE currencies (id serial PRIMARY KEY, code text NOT NULL UNIQUE, name text);
CREATE TABLE wide (id bigserial PRIMARY KEY, at timestamptz);
