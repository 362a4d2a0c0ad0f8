CREATE TABLE public.member (team bigint, login varchar(100), role text NOT NULL DEFAULT 'reader', PRIMARY KEY (team, login));
CREATE TABLE public.doc (id integer PRIMARY KEY, team integer);
CREATE POLICY by_team ON public.doc USING (EXISTS (SELECT 1 FROM public.member m WHERE m.team = doc.team AND m.login = CURRENT_USER AND m.role <> 'none'));
