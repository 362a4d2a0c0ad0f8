CREATE EXTENSION citext;
CREATE DOMAIN low_email AS text CHECK (VALUE = lower(VALUE));
CREATE TABLE a (id bigint PRIMARY KEY, email citext UNIQUE);
CREATE TABLE c (id bigint PRIMARY KEY, email text UNIQUE CHECK (email = lower(email)));
CREATE TABLE d (id bigint PRIMARY KEY, email text UNIQUE);
CREATE UNIQUE INDEX d_lower ON d (lower(email));
CREATE TABLE e (id bigint PRIMARY KEY, email low_email UNIQUE);
CREATE TABLE f (id bigint PRIMARY KEY, email varchar(100) UNIQUE, canonical text GENERATED ALWAYS AS (lower(email)) STORED);
