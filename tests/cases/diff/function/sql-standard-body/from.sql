CREATE TABLE public.price (id integer PRIMARY KEY, net numeric, rate numeric);
CREATE FUNCTION public.gross(p_id integer) RETURNS numeric LANGUAGE sql STABLE
    RETURN (SELECT net * 1.2 FROM public.price WHERE id = p_id);
