-- roles: anon
-- expect: function public.delete_all()
-- severity: error
CREATE TABLE notes (id bigint PRIMARY KEY);
GRANT SELECT ON notes TO anon;
CREATE FUNCTION delete_all() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS
$$ DELETE FROM public.notes $$;
