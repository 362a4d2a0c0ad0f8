-- expect: database
CREATE TABLE a (id bigint PRIMARY KEY, start_date date, end_date date, valid_from date, valid_until date);
CREATE TABLE b (id bigint PRIMARY KEY, started_at timestamp, finished_at timestamp, check_in date, check_out date);
CREATE TABLE c (id bigint PRIMARY KEY, begin_on date, end_on date, opens date, closes date);
