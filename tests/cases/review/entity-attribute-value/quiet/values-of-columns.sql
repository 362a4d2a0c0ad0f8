-- Names and values, but of columns, and the reference is optional.
CREATE TABLE places (id bigint PRIMARY KEY);
CREATE TABLE sites (id bigint PRIMARY KEY, site_name text, place_id bigint NOT NULL REFERENCES places, source_value text);
