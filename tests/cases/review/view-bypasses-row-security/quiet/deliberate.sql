-- It filters itself, says what it is, asks as its user, is its owner's alone, or reads nothing that is guarded.
-- roles: anon
CREATE TABLE notes (id bigint PRIMARY KEY, owner name NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = CURRENT_USER);
CREATE VIEW my_notes AS SELECT * FROM notes WHERE owner = CURRENT_USER;
CREATE VIEW published WITH (security_invoker = off) AS SELECT id FROM notes;
CREATE VIEW fenced WITH (security_barrier) AS SELECT id FROM notes WHERE id > 0;
CREATE VIEW asks WITH (security_invoker = on) AS SELECT * FROM notes;
CREATE VIEW internal AS SELECT * FROM notes;
CREATE TABLE countries (code text PRIMARY KEY);
CREATE VIEW codes AS SELECT code FROM countries;
GRANT SELECT ON my_notes, published, fenced, asks, codes TO anon;
