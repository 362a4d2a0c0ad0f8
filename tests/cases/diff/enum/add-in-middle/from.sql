CREATE TYPE public.severity AS ENUM ('low', 'high');
CREATE TABLE public.bug (id integer PRIMARY KEY, severity public.severity NOT NULL DEFAULT 'low');
