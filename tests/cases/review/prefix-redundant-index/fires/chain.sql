-- The middle one is superfluous too: both go, the widest stays.
-- expect: index public.events.events_site
-- expect: index public.events.events_site_at
CREATE TABLE events (id bigint PRIMARY KEY, site bigint, at timestamptz, kind text);
CREATE INDEX events_site ON events (site);
CREATE INDEX events_site_at ON events (site, at);
CREATE INDEX events_site_at_kind ON events (site, at, kind);
