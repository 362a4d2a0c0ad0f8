-- PostgreSQL 14 has no other meaning of UNIQUE to offer.
-- postgres: 14
-- expect: constraint public.folders.folders_parent_id_name_key
CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint, name text NOT NULL, UNIQUE (parent_id, name));
