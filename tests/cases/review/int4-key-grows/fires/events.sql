-- expect: column public.login_events.id
-- severity: warning
CREATE TABLE login_events (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text, host text, ip inet, at timestamptz);
