-- expect: type public.event_kind
-- severity: info
CREATE TYPE event_kind AS ENUM ('v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'v10', 'v11', 'v12', 'v13');
CREATE TABLE things (id bigint PRIMARY KEY, kind event_kind, before event_kind);
