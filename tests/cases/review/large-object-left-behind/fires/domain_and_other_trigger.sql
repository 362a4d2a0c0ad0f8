-- A trigger that does something else removes nothing.
-- expect: column public.letters.scan
CREATE EXTENSION lo;
CREATE TABLE letters (id bigint PRIMARY KEY, scan lo);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION stamp();
