CREATE PROCEDURE public.p(a integer) LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE PROCEDURE public.q(INOUT a integer) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$;
GRANT EXECUTE ON PROCEDURE public.q(integer) TO corpus_writer;
