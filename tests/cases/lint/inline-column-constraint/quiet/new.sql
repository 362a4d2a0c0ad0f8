CREATE TABLE things (id bigint PRIMARY KEY);
ALTER TABLE things ADD COLUMN a integer UNIQUE CHECK (a > 0);
