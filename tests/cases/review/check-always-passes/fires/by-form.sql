-- expect: constraint public.a.constant
-- expect: constraint public.a.either
-- expect: constraint public.a.equals null
-- expect: constraint public.a.or true
-- expect: domain public.anything.anything_check
CREATE DOMAIN anything AS text CHECK (VALUE IS NULL OR VALUE IS NOT NULL);
CREATE TABLE a (
    id bigint PRIMARY KEY, x integer, y text,
    CONSTRAINT constant CHECK (1 = 1),
    CONSTRAINT either CHECK (x > 0 OR x <= 0),
    CONSTRAINT "equals null" CHECK (y = NULL),
    CONSTRAINT "or true" CHECK (x IS NOT NULL OR TRUE)
);
