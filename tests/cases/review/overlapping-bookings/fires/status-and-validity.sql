-- expect: table public.Reservations
-- expect: table public.product_prices
CREATE TABLE cars (id uuid PRIMARY KEY);
CREATE TABLE "Reservations" (
    id bigint PRIMARY KEY, "Car" uuid NOT NULL REFERENCES cars, pickup_date date NOT NULL, return_date date NOT NULL,
    status text NOT NULL
);
CREATE TABLE products (id integer PRIMARY KEY);
CREATE TABLE product_prices (
    id bigint PRIMARY KEY, product_id integer NOT NULL REFERENCES products, price numeric NOT NULL, valid_from date NOT NULL,
    valid_to date
);
