-- expect: column public.orders.customerName
-- expect: column public.orders.paidAt
-- expect: table public.OrderLines
CREATE TABLE orders (id bigint PRIMARY KEY, "customerName" text, made_at date, "paidAt" date, paid_at date);
CREATE TABLE "OrderLines" (id bigint PRIMARY KEY, unit_price bigint, tax_rate bigint, order_date date);
CREATE TABLE order_notes (id bigint PRIMARY KEY, note_text text, written_by text, written_at date);
CREATE TABLE order_events (id bigint PRIMARY KEY); CREATE TABLE order_labels (id bigint PRIMARY KEY);
CREATE TABLE order_rebates (id bigint PRIMARY KEY, valid_from date); CREATE TABLE order_parts (id bigint PRIMARY KEY);
CREATE VIEW lines AS SELECT id, unit_price FROM "OrderLines";
