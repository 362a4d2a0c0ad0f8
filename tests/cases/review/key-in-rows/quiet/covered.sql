-- A unique index says it already, also over the living alone or within a reference; another key names the thing.
-- facts: {"read": {"public.a": {"rows": 900, "whole": true, "keys": [{"columns": ["email"], "rows": 900}]}}}
-- facts: {"read": {"public.b": {"rows": 900, "whole": true, "keys": [{"columns": ["email"], "rows": 900}]}}}
-- facts: {"read": {"public.c": {"rows": 900, "whole": true, "keys": [{"columns": ["isbn"], "rows": 900}, {"columns": ["code"], "rows": 900}]}}}
CREATE TABLE a (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE b (id bigint PRIMARY KEY, email text NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX ON b (email) WHERE deleted_at IS NULL;
CREATE TABLE c (id bigint PRIMARY KEY, isbn text NOT NULL UNIQUE, code text NOT NULL);
