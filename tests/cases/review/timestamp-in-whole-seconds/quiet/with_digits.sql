CREATE TABLE posts (id bigint PRIMARY KEY, a timestamptz, b timestamp(6), c timestamptz(3), d time, e interval(0), f date);
