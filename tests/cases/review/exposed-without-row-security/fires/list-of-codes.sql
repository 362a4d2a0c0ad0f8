-- A code list that is only read: less.
-- roles: web_anon
-- expect: table public.countries
-- severity: warning
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
GRANT SELECT ON countries TO web_anon;
