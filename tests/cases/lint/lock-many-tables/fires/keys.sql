-- at: a
ALTER TABLE z ADD COLUMN x integer;
CREATE TABLE n (id bigint PRIMARY KEY, a bigint REFERENCES a, b bigint REFERENCES b);
