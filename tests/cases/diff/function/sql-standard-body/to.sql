CREATE TABLE public.price (id integer PRIMARY KEY, net numeric, rate numeric);
CREATE FUNCTION public.gross(p_id integer) RETURNS numeric LANGUAGE sql STABLE
    RETURN (SELECT net * (1 + rate) FROM public.price WHERE id = p_id);
CREATE FUNCTION public.set_rate(p_id integer, r numeric) RETURNS void LANGUAGE sql
    BEGIN ATOMIC
        UPDATE public.price SET rate = r WHERE id = p_id;
        SELECT NULL::void;
    END;
