-- Lists of codes look alike; so do two tables.
CREATE TABLE label_type (id bigint PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE area_type (id bigint PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE place_type (id bigint PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE place_kind (id bigint PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE place_state (id bigint PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE a_1 (id bigint PRIMARY KEY, at timestamptz, total numeric);
CREATE TABLE a_2 (id bigint PRIMARY KEY, at timestamptz, total numeric);
