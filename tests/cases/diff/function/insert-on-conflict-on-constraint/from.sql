CREATE TABLE public.t (id integer CONSTRAINT t_pk PRIMARY KEY, n integer);
CREATE FUNCTION public.put(i integer, m integer) RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO public.t VALUES (i, m) ON CONFLICT ON CONSTRAINT t_pk DO UPDATE SET n = m;
END;
