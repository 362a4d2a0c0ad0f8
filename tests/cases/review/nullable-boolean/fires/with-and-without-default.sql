-- expect: column public.users.No Longer
-- expect: column public.users.is_admin
-- severity: warning
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, is_admin boolean DEFAULT false, "No Longer" boolean);
