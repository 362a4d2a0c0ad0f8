-- expect: column public.orders.id
-- severity: warning
-- facts: {"tables": {"public.orders": {"rows": 25000000, "pages": 300000}}}
CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
