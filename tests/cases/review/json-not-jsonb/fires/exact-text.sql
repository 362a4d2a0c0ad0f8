-- expect: column public.webhooks.raw_payload
-- severity: info
CREATE TABLE webhooks (id bigint PRIMARY KEY, raw_payload json);
