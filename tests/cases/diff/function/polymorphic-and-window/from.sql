CREATE FUNCTION public.first_of(a anyelement, b anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
