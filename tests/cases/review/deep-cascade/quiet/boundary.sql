-- Three steps, and a boundary before the fourth; an order and its lines.
-- facts: {"tables": {"public.a": {"rows": 1000}, "public.e": {"rows": 20000000}}}
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a ON DELETE CASCADE);
CREATE TABLE c (id bigint PRIMARY KEY, b_id bigint NOT NULL REFERENCES b ON DELETE CASCADE);
CREATE TABLE d (id bigint PRIMARY KEY, c_id bigint NOT NULL REFERENCES c ON DELETE CASCADE);
CREATE TABLE e (id bigint PRIMARY KEY, d_id bigint NOT NULL REFERENCES d ON DELETE RESTRICT);
