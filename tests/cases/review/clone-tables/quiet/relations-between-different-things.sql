-- Each joins the area with another thing.
CREATE TABLE artist (id bigint PRIMARY KEY);
CREATE TABLE label (id bigint PRIMARY KEY);
CREATE TABLE place (id bigint PRIMARY KEY);
CREATE TABLE area (id bigint PRIMARY KEY);
CREATE TABLE l_area_artist (id bigint PRIMARY KEY, entity0 bigint REFERENCES area, entity1 bigint REFERENCES artist, at timestamptz, link text);
CREATE TABLE l_area_label (id bigint PRIMARY KEY, entity0 bigint REFERENCES area, entity1 bigint REFERENCES label, at timestamptz, link text);
CREATE TABLE l_area_place (id bigint PRIMARY KEY, entity0 bigint REFERENCES area, entity1 bigint REFERENCES place, at timestamptz, link text);
