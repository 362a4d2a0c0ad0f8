-- expect: column public.order_lines.Qty
-- expect: column public.order_lines.unit_price
-- severity: info
CREATE TABLE order_lines (id bigint PRIMARY KEY, unit_price numeric(10,2) NOT NULL, "Qty" integer NOT NULL);
