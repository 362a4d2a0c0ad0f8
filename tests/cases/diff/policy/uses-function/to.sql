CREATE TABLE public.t (id integer PRIMARY KEY, owner text);
CREATE FUNCTION public.may_see(o text, strict boolean) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT o = session_user AND strict $$;
CREATE POLICY a ON public.t USING (public.may_see(owner, true));
