-- expect: constraint public.Knoten.Knoten_order_fkey
CREATE TABLE "Knoten" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "order" bigint REFERENCES "Knoten");
