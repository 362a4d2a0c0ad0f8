-- Nobody said it, but the schemas are Supabase's; a name that the list has not.
-- expect: extension pg_logicalinspect
-- severity: error
CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime; CREATE SCHEMA vault;
CREATE EXTENSION pg_logicalinspect;
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
