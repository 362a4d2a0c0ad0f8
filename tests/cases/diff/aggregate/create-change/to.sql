CREATE FUNCTION public.longer(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN length(coalesce(b, '')) > length(coalesce(a, '')) THEN b ELSE a END $$;
CREATE AGGREGATE public.longest(text) (SFUNC = public.longer, STYPE = text, INITCOND = '', PARALLEL = SAFE, COMBINEFUNC = public.longer);
CREATE AGGREGATE public.product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1');
