-- expect: column public.Ein "Ding".select
-- severity: warning
CREATE SEQUENCE numbers AS int;
CREATE TABLE "Ein ""Ding""" ("select" smallint PRIMARY KEY DEFAULT nextval('numbers'));
ALTER SEQUENCE numbers OWNED BY "Ein ""Ding"""."select";
