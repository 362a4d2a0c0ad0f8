-- expect: column public.saved.privileges
-- postgres: 15
CREATE TABLE saved (id bigint PRIMARY KEY, privileges aclitem[]);
