-- expect: table public.prices
-- severity: warning
CREATE TABLE prices (product text NOT NULL, amount numeric NOT NULL);
