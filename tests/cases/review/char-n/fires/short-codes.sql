-- expect: column public.users.country
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, country char(2) COLLATE "C");
