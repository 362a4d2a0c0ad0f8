-- The parent's CHECK is the child's too; one that was never validated says less than its twin.
CREATE TABLE things (id bigint PRIMARY KEY, price numeric, CONSTRAINT price CHECK (price > 0));
CREATE TABLE books (isbn text) INHERITS (things);
ALTER TABLE things ADD CONSTRAINT again CHECK (price > 0) NOT VALID;
