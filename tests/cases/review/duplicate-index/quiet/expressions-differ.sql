-- Same number of keys, none of them a column: text comparison of columns would call these twins.
CREATE TABLE people (id bigint PRIMARY KEY, name text, actor_id text);
CREATE INDEX ON people (lower(name));
CREATE INDEX ON people (lower(actor_id));
