CREATE TABLE states (id smallint PRIMARY KEY, name text NOT NULL);
CREATE TABLE jobs (
    id bigint PRIMARY KEY, state smallint NOT NULL REFERENCES states, status integer CHECK (status BETWEEN 0 AND 3),
    kind integer CHECK (kind IN (1, 2))
);
