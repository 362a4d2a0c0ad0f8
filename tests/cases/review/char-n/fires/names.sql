-- expect: column public.users.name
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, name character(20) NOT NULL DEFAULT 'nobody', note bpchar);
