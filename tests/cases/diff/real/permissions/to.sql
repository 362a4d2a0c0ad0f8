CREATE TYPE public.action AS ENUM ('read', 'write', 'admin');
CREATE TABLE public.person (id integer PRIMARY KEY, login text NOT NULL UNIQUE, is_admin boolean NOT NULL DEFAULT false);
CREATE TABLE public.team (id integer CONSTRAINT grp_pk PRIMARY KEY, name text, parent integer CONSTRAINT grp_parent REFERENCES public.team ON DELETE CASCADE, CONSTRAINT team_not_own CHECK (parent <> id));
CREATE UNIQUE INDEX team_name ON public.team (name, coalesce(parent, 0));
CREATE TABLE public.person_grp (person integer REFERENCES public.person ON DELETE CASCADE, grp integer CONSTRAINT pg_grp REFERENCES public.team ON DELETE CASCADE, since date NOT NULL DEFAULT CURRENT_DATE, PRIMARY KEY (person, grp));
CREATE TABLE public.resource (id integer PRIMARY KEY, name text NOT NULL, owner integer REFERENCES public.person
    ON DELETE SET NULL
);
CREATE TABLE public.permission (
    grp integer NOT NULL, resource integer NOT NULL REFERENCES public.resource,
    action public.action NOT NULL, granted_by integer REFERENCES public.person,
    CONSTRAINT permission_pk PRIMARY KEY (grp, resource, action)
);
CREATE TABLE public.api_token (token text PRIMARY KEY, person integer NOT NULL REFERENCES public.person ON DELETE CASCADE, scope public.action[] NOT NULL DEFAULT '{read}');
CREATE TABLE public.legacy_acl (who text, what text);
CREATE TABLE public.session (id uuid PRIMARY KEY, person integer REFERENCES public.person);
ALTER TABLE public.session ALTER id SET DEFAULT gen_random_uuid(), ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '8 hours';
CREATE INDEX session_expires ON public.session (expires_at);
DROP TABLE public.legacy_acl;
CREATE FUNCTION public.me() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM public.person WHERE login = session_user $$;
CREATE FUNCTION public.may(p integer, r integer, a public.action) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.permission x JOIN public.person_grp y USING (grp) WHERE y.person = p AND x.resource = r AND x.action >= a) $$;
CREATE POLICY seen ON public.resource USING (public.may(public.me(), id, 'read') OR owner = public.me()) WITH CHECK (public.may(public.me(), id, 'write'));
CREATE POLICY admins ON public.resource FOR DELETE TO corpus_writer USING (public.may(public.me(), id, 'admin'));
ALTER TABLE public.resource ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.permission ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.permission FOR SELECT USING (granted_by = public.me());
CREATE VIEW public.effective AS SELECT y.person, x.resource, x.action, x.granted_by, g.name AS team FROM public.permission x JOIN public.person_grp y USING (grp) JOIN public.team g ON g.id = y.grp;
CREATE VIEW public.admin_of AS SELECT person, resource FROM public.effective WHERE action = 'admin';
GRANT SELECT ON public.effective TO corpus_reader;
REVOKE EXECUTE ON FUNCTION public.me() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.me() TO corpus_writer;
