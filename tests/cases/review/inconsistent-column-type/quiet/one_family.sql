-- Types of one family.
CREATE TABLE a (id bigint PRIMARY KEY, customer_number integer, email varchar(80), made_at timestamp, details json);
CREATE TABLE b (id bigint PRIMARY KEY, customer_number bigint, email text, made_at timestamptz, details jsonb);
