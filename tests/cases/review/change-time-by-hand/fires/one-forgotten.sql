-- expect: column public.orders.updated_at
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, updated_at timestamptz);
CREATE TABLE users (id bigint PRIMARY KEY, name text, updated_at timestamptz);
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
