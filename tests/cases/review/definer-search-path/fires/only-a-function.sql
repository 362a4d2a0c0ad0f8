-- Nothing is named but a function: less. The trigger function reads a table of another schema.
-- expect: function public.on_order()
-- expect: function public.shout(text)
-- severity: error
-- severity: warning
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text);
CREATE FUNCTION shout(word text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT upper(word) $$;
CREATE FUNCTION on_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN UPDATE orders SET note = 'x'; RETURN NEW; END $$;
