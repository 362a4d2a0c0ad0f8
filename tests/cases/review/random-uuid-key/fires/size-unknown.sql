-- expect: column public.orders.id
-- severity: info
CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
