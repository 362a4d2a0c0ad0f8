-- expect: table public.invoices
-- expect: table sales.Order
-- severity: info
-- severity: info
CREATE SCHEMA sales;
CREATE TABLE sales."Order" (
    "ID" bigint PRIMARY KEY, "Contact""1_email" text, "Contact""2_email" text NOT NULL
);
CREATE TABLE invoices (id bigint PRIMARY KEY, tag_1 varchar(20) NOT NULL, tag_2 varchar(20) NOT NULL);
