CREATE TABLE a (id bigint PRIMARY KEY, starts_at timestamptz, ends_at timestamptz, CHECK (starts_at < ends_at));
CREATE TABLE b (
    id bigint PRIMARY KEY, starts_on date, ends_on date,
    during daterange GENERATED ALWAYS AS (daterange(starts_on, ends_on)) STORED
);
CREATE TABLE c (id bigint PRIMARY KEY, valid_from date, valid_to date, EXCLUDE USING gist (daterange(valid_from, valid_to) WITH &&));
