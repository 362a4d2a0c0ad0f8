-- expect: column public.packages.the "data"
-- severity: info
CREATE TABLE packages (id bigint PRIMARY KEY, "the ""data""" oid NOT NULL, name text NOT NULL);
