CREATE FUNCTION public.first_of(a anycompatible, b anycompatible) RETURNS anycompatible LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION public.elements(a anyarray) RETURNS SETOF anyelement LANGUAGE sql AS $$ SELECT unnest($1) $$;
