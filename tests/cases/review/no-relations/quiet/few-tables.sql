-- Four tables without a foreign key say nothing about a policy.
CREATE TABLE a (id bigint PRIMARY KEY, name text, at date);
CREATE TABLE b (id bigint PRIMARY KEY, name text, at date);
CREATE TABLE c (id bigint PRIMARY KEY, name text, at date);
CREATE TABLE d (id bigint PRIMARY KEY, name text, at date);
