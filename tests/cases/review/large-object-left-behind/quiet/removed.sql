-- Triggers that remove the object with its row.
CREATE EXTENSION lo;
CREATE TABLE letters (id bigint PRIMARY KEY, scan lo);
CREATE TRIGGER remove_scan BEFORE UPDATE OR DELETE ON letters FOR EACH ROW EXECUTE FUNCTION lo_manage(scan);
CREATE TABLE images (id bigint PRIMARY KEY, image oid);
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM lo_unlink(OLD.image); RETURN OLD; END';
CREATE TRIGGER forget AFTER DELETE ON images FOR EACH ROW EXECUTE FUNCTION forget();
