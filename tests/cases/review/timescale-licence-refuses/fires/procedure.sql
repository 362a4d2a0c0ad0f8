-- expect: function public.nightly()
-- facts: {"timescale": {"licence": "apache"}}
CREATE PROCEDURE nightly() LANGUAGE plpgsql AS $$ BEGIN PERFORM Compress_Chunk(c) FROM show_chunks('readings') c; END $$;
