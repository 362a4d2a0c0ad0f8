CREATE TABLE public.task (id integer PRIMARY KEY, owner integer, done boolean NOT NULL DEFAULT false, due date);
CREATE INDEX task_open_idx ON public.task (owner) WHERE NOT done AND due IS NOT NULL;
CREATE UNIQUE INDEX task_one_open ON public.task (owner, due) WHERE (NOT done);
