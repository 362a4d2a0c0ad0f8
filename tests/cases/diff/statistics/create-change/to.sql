CREATE TABLE public.address (id integer PRIMARY KEY, city text, zip text, street text);
CREATE STATISTICS public.city_zip (dependencies, ndistinct, mcv) ON city, zip FROM public.address;
ALTER STATISTICS public.city_zip SET STATISTICS 500;
CREATE STATISTICS public.lower_city ON lower(city), zip FROM public.address;
