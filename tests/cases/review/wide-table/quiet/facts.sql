-- A table of facts is wide by nature.
DO $$ BEGIN EXECUTE (SELECT 'CREATE TABLE fact_sales (' || string_agg('c' || n || ' text', ', ') || ')' FROM generate_series(1, 60) n); END $$;
