ALTER DATABASE corpus SET work_mem = '64MB';
ALTER DATABASE corpus SET statement_timeout = '30s';
CREATE TABLE public.t (id integer PRIMARY KEY);
