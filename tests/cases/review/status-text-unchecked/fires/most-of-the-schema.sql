-- expect: database
CREATE TABLE a (id bigint PRIMARY KEY, status text, review_status text, payment_status text);
CREATE TABLE b (id bigint PRIMARY KEY, status text, stage text, visibility text);
CREATE TABLE c (id bigint PRIMARY KEY, status text CHECK (status IN ('on', 'off')));
