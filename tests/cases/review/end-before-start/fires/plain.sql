-- expect: column public.events.ends_at
-- expect: column public.prices.validTo
-- severity: info
CREATE TABLE events (id bigint PRIMARY KEY, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);
CREATE TABLE prices (id bigint PRIMARY KEY, "validFrom" date NOT NULL, "validTo" date CHECK ("validTo" > '2000-01-01'));
