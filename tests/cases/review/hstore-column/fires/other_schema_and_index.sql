-- expect: column public.things.Extra
CREATE SCHEMA "my ext";
CREATE EXTENSION hstore SCHEMA "my ext";
CREATE TABLE things (id bigint PRIMARY KEY, "Extra" "my ext".hstore);
CREATE INDEX ON things USING gin ("Extra");
