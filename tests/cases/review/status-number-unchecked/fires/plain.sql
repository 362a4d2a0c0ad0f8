-- expect: column public.orders.status
-- expect: column public.jobs.state
-- severity: warning
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, status integer NOT NULL DEFAULT 0);
CREATE TABLE jobs (id bigint PRIMARY KEY, state smallint NOT NULL);
COMMENT ON COLUMN jobs.state IS '0 waiting, 1 running, 2 done';
