-- A deferrable key can only wait with NO ACTION; nobody deletes from a list of codes.
CREATE TABLE codes (code text PRIMARY KEY, title text);
CREATE TABLE nodes (
    id bigint PRIMARY KEY, up bigint REFERENCES nodes DEFERRABLE INITIALLY DEFERRED, code text REFERENCES codes
);
