-- expect: column public.Zeile.OrderID
-- expect: column public.invoices.customer_id
-- expect: column public.shop_order_lines.product_id
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE shop_products (id uuid PRIMARY KEY, name text);
CREATE TABLE "Order" (id int PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE shop_order_lines (id bigint PRIMARY KEY, product_id uuid NOT NULL, number int NOT NULL CHECK (number > 0));
CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id int);
CREATE TABLE "Zeile" (id bigint PRIMARY KEY, "OrderID" int);
