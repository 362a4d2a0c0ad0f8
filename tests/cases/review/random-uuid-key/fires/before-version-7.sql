-- postgres: 15
-- expect: column public.orders.id
CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
