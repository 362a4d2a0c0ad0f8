ALTER DATABASE corpus SET work_mem = '8MB';
ALTER DATABASE corpus SET timezone = 'UTC';
CREATE TABLE public.t (id integer PRIMARY KEY);
