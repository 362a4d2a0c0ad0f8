CREATE DOMAIN public.d AS text CONSTRAINT needed NOT NULL;
COMMENT ON CONSTRAINT needed ON DOMAIN public.d IS 'why not';
