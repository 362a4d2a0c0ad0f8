CREATE PROCEDURE public.p(a integer, b text DEFAULT 'x') LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN END $$;
CREATE PROCEDURE public.q(INOUT b integer) LANGUAGE plpgsql AS $$ BEGIN b := 2; END $$;
GRANT EXECUTE ON PROCEDURE public.q(integer) TO corpus_writer;
