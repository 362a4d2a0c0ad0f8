-- Collations decide what is less; calls may come to anything.
CREATE TABLE a (
    id bigint PRIMARY KEY, x integer, y text,
    CHECK (y < 'a' OR y > 'a'), CHECK (abs(x) > 0 OR abs(x) < 0), CHECK (coalesce(x, 0) >= 0 OR y = 'b'),
    CHECK (x IS NOT NULL)
);
