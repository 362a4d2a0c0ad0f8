CREATE FUNCTION fold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email := lower(NEW.email); RETURN NEW; END $$;
CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);
CREATE TRIGGER fold BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION fold();
CREATE TABLE hashes (id bigint PRIMARY KEY, email_hash text UNIQUE);
CREATE TABLE sent (id bigint PRIMARY KEY, email text NOT NULL, template text NOT NULL);
CREATE TABLE resets (email text NOT NULL, token text NOT NULL, UNIQUE (email, token));
