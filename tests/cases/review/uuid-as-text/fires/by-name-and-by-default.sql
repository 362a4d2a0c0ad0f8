-- expect: column public.a.uuid
-- expect: column public.b.order
CREATE TABLE a (id bigint PRIMARY KEY, uuid varchar(36) NOT NULL UNIQUE);
CREATE TABLE b ("order" text PRIMARY KEY DEFAULT gen_random_uuid()::text);
