CREATE TABLE public.t (id integer, n integer NOT NULL, CONSTRAINT t_pk PRIMARY KEY (id, n));
CREATE FUNCTION public.put(i integer, m integer) RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO public.t VALUES (i, m) ON CONFLICT ON CONSTRAINT t_pk DO NOTHING;
END;
