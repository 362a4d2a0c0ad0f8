-- Part of a key, or no key at all.
CREATE TABLE lines (tenant bigint, id bigint, PRIMARY KEY (tenant, id));
CREATE TABLE notes (id bigint);
