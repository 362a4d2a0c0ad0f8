-- expect: column public.orders.id
-- facts: {"columns": {"public.orders": [{"column": "id", "histogram_bounds": "{1,900000000,2147000000}"}]}}
CREATE TABLE orders (id int PRIMARY KEY, note text);
