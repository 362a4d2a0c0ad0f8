CREATE TABLE things (id bigint PRIMARY KEY);
ALTER TABLE things RENAME TO others;
