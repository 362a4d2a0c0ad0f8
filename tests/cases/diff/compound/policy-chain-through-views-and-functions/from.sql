CREATE TABLE public.team (id integer PRIMARY KEY, login varchar(20));
CREATE TABLE public.doc (id integer PRIMARY KEY, team integer);
CREATE VIEW public.my_team AS SELECT id FROM public.team WHERE login = CURRENT_USER;
CREATE FUNCTION public.in_team(integer) RETURNS boolean LANGUAGE sql STABLE RETURN EXISTS (SELECT 1 FROM public.my_team WHERE id = $1);
CREATE POLICY p ON public.doc USING (public.in_team(team));
