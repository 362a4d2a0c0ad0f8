-- expect: constraint public.items.zz_price
-- severity: warning
CREATE TABLE items (
    id bigint PRIMARY KEY, price numeric, quantity integer,
    CONSTRAINT aa_price CHECK (price > 0 AND quantity > 0), CONSTRAINT zz_price CHECK (quantity > 0 AND price > 0)
);
