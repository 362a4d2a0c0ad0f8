-- It enforces something, or its order is another one, or the other one lacks some of its rows.
-- facts: {"indexes": {"public.a": {"rows": 9}, "public.b": {"rows": 9}, "public.c": {"rows": 9}, "public.d": {"rows": 9}}}
CREATE TABLE orders (id bigint PRIMARY KEY, number text, at timestamptz, total int);
CREATE UNIQUE INDEX a ON orders (number) WHERE number IS NOT NULL;
CREATE INDEX b ON orders (number, at);
CREATE INDEX c ON orders (number COLLATE "C") WHERE number IS NOT NULL;
CREATE INDEX d ON orders (at) WHERE total > 10;
CREATE INDEX e ON orders (at) WHERE total > 20 AND number IS NOT NULL;
