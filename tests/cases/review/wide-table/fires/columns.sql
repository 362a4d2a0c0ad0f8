-- expect: table public.Wide "one"
-- severity: info
DO $$ BEGIN EXECUTE (SELECT 'CREATE TABLE "Wide ""one""" (' || string_agg('c' || n || ' text', ', ') || ')' FROM generate_series(1, 50) n); END $$;
