CREATE TABLE public.t (id integer PRIMARY KEY, owner text);
CREATE FUNCTION public.may_see(o text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT o = current_user $$;
CREATE POLICY a ON public.t USING (public.may_see(owner));
