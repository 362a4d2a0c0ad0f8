-- expect: column public.things.attributes
-- severity: info
CREATE EXTENSION hstore;
CREATE TABLE things (id bigint PRIMARY KEY, attributes hstore NOT NULL);
