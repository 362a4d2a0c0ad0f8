-- expect: table public.page_cache
-- expect: table public.river_leader
-- severity: info
-- severity: info
CREATE UNLOGGED TABLE page_cache (id bigint PRIMARY KEY, body text);
CREATE UNLOGGED TABLE river_leader (name text PRIMARY KEY, elected_at timestamptz NOT NULL);
