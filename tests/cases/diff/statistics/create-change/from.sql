CREATE TABLE public.address (id integer PRIMARY KEY, city text, zip text, street text);
CREATE STATISTICS public.city_zip (dependencies) ON city, zip FROM public.address;
CREATE STATISTICS public.old_stat ON zip, street FROM public.address;
