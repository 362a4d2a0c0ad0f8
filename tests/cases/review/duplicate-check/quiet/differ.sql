CREATE TABLE items (
    id bigint PRIMARY KEY, price numeric CHECK (price > 0), cost numeric CHECK (cost > 0), quantity integer NOT NULL,
    CHECK (price >= 0), CHECK (quantity IS NOT NULL AND price IS NOT NULL), CHECK (cost IS NOT NULL)
);
