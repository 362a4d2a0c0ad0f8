-- expect: column public.shops.Shuts at
-- expect: column public.shops.opens
-- severity: warning
CREATE TABLE shops (id bigint PRIMARY KEY, opens timetz, "Shuts at" timetz(0) NOT NULL DEFAULT '18:00+01');
