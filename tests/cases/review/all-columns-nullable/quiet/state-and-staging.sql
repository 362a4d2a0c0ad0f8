-- State beside a key, and rows as they come, are meant to be like this.
CREATE TABLE post_actions (
    person_id bigint, post_id bigint, read_at timestamptz, saved_at timestamptz, hidden_at timestamptz, liked boolean,
    PRIMARY KEY (person_id, post_id)
);
CREATE TABLE import_people (id bigint PRIMARY KEY, name text, email text, born text);
CREATE TABLE readings (id bigint PRIMARY KEY, text_v text, number_v numeric, json_v jsonb, taken_at timestamptz);
CREATE SCHEMA staging;
CREATE TABLE staging.people (name text, email text, born text);
