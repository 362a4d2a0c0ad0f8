-- Each of them refuses something, also where NULL stands in it.
CREATE TABLE a (
    id bigint PRIMARY KEY, x integer, y text, z boolean,
    CHECK (x > 0 OR x < 0), CHECK (x IS NOT NULL OR y = 'a'), CHECK (y NOT IN ('a', NULL)), CHECK (z),
    CHECK (y <> 'a' OR x IS NOT NULL), CHECK ((x IS NULL) = (y IS NULL)), CHECK (x <> 5 OR length(y) > 2), CHECK (false)
);
