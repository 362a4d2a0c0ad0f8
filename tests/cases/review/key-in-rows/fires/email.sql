-- An email beside a made key; a name that needs quotes.
-- expect: column public.users.E mail
-- severity: info
-- facts: {"read": {"public.users": {"rows": 900, "whole": true, "keys": [{"columns": ["id"], "rows": 900}, {"columns": ["E mail"], "rows": 900}, {"columns": ["full_name"], "rows": 900}, {"columns": ["token"], "rows": 900}]}}}
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "E mail" text NOT NULL,
    full_name text NOT NULL,
    token text NOT NULL
);
