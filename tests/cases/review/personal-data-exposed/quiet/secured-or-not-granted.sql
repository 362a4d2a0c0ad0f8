-- Guarded by policies; the columns about people are not granted; nobody may read it.
-- roles: anon
CREATE TABLE a (id bigint PRIMARY KEY, email text NOT NULL, made timestamptz);
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON a TO anon;
CREATE TABLE b (id bigint PRIMARY KEY, email text NOT NULL, title text, made timestamptz);
GRANT SELECT (id, title) ON b TO anon;
CREATE TABLE c (id bigint PRIMARY KEY, email text NOT NULL, made timestamptz);
GRANT INSERT ON c TO anon;
