-- A shift may end on the next day; the rest are no two ends of one thing.
CREATE TABLE shifts (id bigint PRIMARY KEY, start_time time, end_time time);
CREATE TABLE texts (id bigint PRIMARY KEY, start_line integer, end_line integer, started_at timestamptz, end_date date);
CREATE TABLE mails (id bigint PRIMARY KEY, "from" text, "to" text);
