ALTER TABLE public.things ADD COLUMN a integer;
