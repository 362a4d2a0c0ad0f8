CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar);
CREATE TABLE notes (id bigint PRIMARY KEY, type varchar, body text);
