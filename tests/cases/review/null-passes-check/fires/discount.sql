-- expect: constraint public.offers.offers_check
-- severity: info
CREATE TABLE offers (id bigint PRIMARY KEY, discount text, percent numeric, CHECK (discount IS NULL OR percent > 0));
