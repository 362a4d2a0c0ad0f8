CREATE TABLE webhooks (id bigint PRIMARY KEY, raw text, parts jsonb[]);
