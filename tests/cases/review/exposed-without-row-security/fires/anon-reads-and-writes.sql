-- roles: anon
-- expect: table public.notes
-- severity: error
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner uuid NOT NULL, body text NOT NULL);
GRANT SELECT, INSERT ON notes TO anon;
