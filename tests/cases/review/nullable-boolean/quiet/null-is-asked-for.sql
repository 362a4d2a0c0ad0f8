CREATE TABLE addresses (
    id bigint PRIMARY KEY, person_id bigint NOT NULL, is_default boolean CHECK (is_default), flag boolean, other boolean,
    UNIQUE (person_id, is_default),
    CHECK (num_nonnulls(flag, other) = 1)
);
CREATE INDEX addresses_open ON addresses (id) WHERE other IS NULL;
CREATE DOMAIN sure AS boolean NOT NULL;
CREATE TABLE switches (id bigint PRIMARY KEY, on_now sure, off_now boolean GENERATED ALWAYS AS (id > 5) STORED);
