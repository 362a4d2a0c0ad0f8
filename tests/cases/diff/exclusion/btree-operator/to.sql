CREATE TABLE public.t (a integer, b integer, CONSTRAINT t_one EXCLUDE USING btree (a WITH =) INCLUDE (b) WHERE (b > 0));
