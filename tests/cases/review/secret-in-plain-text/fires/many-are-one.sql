-- What ANALYZE saw is no hash.
-- facts: {"columns": {"public.a": [{"column": "password", "most_common_values": "{hunter2,letmein}"}]}}
-- expect: database
-- severity: warning
CREATE TABLE a (id bigint PRIMARY KEY, password text NOT NULL, "apiKey" text);
CREATE TABLE sessions (id bigint PRIMARY KEY, token text NOT NULL, webhook_secret text);
