-- A birthday and the hour on the wall are no moments.
CREATE TABLE people (id bigint PRIMARY KEY, birth_time timestamp, "localStart" timestamp, created_at timestamptz);
