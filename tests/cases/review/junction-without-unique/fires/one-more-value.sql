-- A score may be given twice, or not: only a person can know.
-- expect: table public.ratings
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE films (id bigint PRIMARY KEY, name text);
CREATE TABLE ratings (
    id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, film_id bigint NOT NULL REFERENCES films, score int
);
