-- expect: constraint public.items.Price is there
-- severity: info
CREATE TABLE items (id bigint PRIMARY KEY, "Price" numeric NOT NULL CONSTRAINT "Price is there" CHECK ("Price" IS NOT NULL));
