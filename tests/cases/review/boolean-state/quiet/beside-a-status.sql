CREATE TABLE builds (id bigint PRIMARY KEY, status text, scheduled boolean, completed boolean, aborted boolean);
