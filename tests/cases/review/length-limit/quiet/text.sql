CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL CHECK (char_length(name) <= 80), bio varchar);
