-- A shift may end on the next day; the rest are no two ends of one thing.
CREATE TABLE shifts (id bigint PRIMARY KEY, start_time time, end_time time);
CREATE TABLE texts (id bigint PRIMARY KEY, start_line integer, end_line integer, started_at timestamptz, end_date date);
CREATE TABLE builds (id bigint PRIMARY KEY, start_time timestamptz, end_time timestamptz DEFAULT '1970-01-01');
CREATE TABLE checks (id bigint PRIMARY KEY, last_start_time timestamptz, last_end_time timestamptz);
CREATE TABLE mails (id bigint PRIMARY KEY, "from" text, "to" text);
CREATE TABLE flights (id bigint PRIMARY KEY, arrival timestamptz, departure timestamptz); -- which departs first
