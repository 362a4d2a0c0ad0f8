-- Keywords that are free as names of columns and tables.
CREATE TABLE timestamp (id bigint PRIMARY KEY, name text, value text, type text, key text, date date, "time" text,
    year integer, position integer, "values" text, row integer, level integer, action text, data jsonb, role text);
