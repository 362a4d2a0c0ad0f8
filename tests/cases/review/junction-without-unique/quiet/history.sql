-- What happened may happen again; so may what has a time of its own.
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE pages (id bigint PRIMARY KEY, name text);
CREATE TABLE page_visits (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, page_id bigint NOT NULL REFERENCES pages);
CREATE TABLE stays (
    id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, page_id bigint NOT NULL REFERENCES pages, since date
);
