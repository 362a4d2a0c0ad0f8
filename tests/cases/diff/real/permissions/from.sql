CREATE TABLE public.person (id integer PRIMARY KEY, login text, is_admin boolean);
CREATE TABLE public.grp (id integer CONSTRAINT grp_pk PRIMARY KEY, name text, parent integer CONSTRAINT grp_parent REFERENCES public.grp);
CREATE TABLE public.person_grp (person integer REFERENCES public.person, grp integer CONSTRAINT pg_grp REFERENCES public.grp, PRIMARY KEY (person, grp));
CREATE TABLE public.resource (id integer PRIMARY KEY, name text NOT NULL, owner integer REFERENCES public.person
);
CREATE TABLE public.permission (
    grp integer NOT NULL, resource integer NOT NULL REFERENCES public.resource,
    action text NOT NULL CONSTRAINT permission_action CHECK (action IN ('read', 'write', 'admin')),
    CONSTRAINT permission_pk PRIMARY KEY (grp, resource, action)
);
CREATE TABLE public.api_token (token text PRIMARY KEY, person integer REFERENCES public.person, scope text[]);
CREATE TABLE public.legacy_acl (who text, what text);
CREATE TABLE public.session (id uuid PRIMARY KEY, person integer REFERENCES public.person);
CREATE FUNCTION public.me() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT id FROM public.person WHERE login = current_user $$;
CREATE FUNCTION public.may(p integer, r integer, a text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.permission x JOIN public.person_grp y USING (grp) WHERE y.person = p AND x.resource = r AND x.action = a) $$;
CREATE POLICY seen ON public.resource USING (public.may(public.me(), id, 'read'));
ALTER TABLE public.resource ENABLE ROW LEVEL SECURITY;
CREATE VIEW public.effective AS SELECT y.person, x.resource, x.action FROM public.permission x JOIN public.person_grp y USING (grp);
CREATE VIEW public.admin_of AS SELECT person, resource FROM public.effective WHERE action = 'admin';
GRANT SELECT ON public.effective TO corpus_reader;
