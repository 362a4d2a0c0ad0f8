CREATE TABLE devices (id bigint PRIMARY KEY, created_time bigint NOT NULL, name text, label text, kind text);
