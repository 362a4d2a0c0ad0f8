-- A customer's name and email, copied into orders: where they belong is known. Names that need quotes.
-- expect: column public.Orders.customer id
-- facts: {"read": {"public.\"Orders\"": {"rows": 9000, "dependencies": [{"left": ["customer id"], "right": "Email", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["customer id"], "right": "customer\"name", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}]}}}
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE "Orders" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "customer id" bigint NOT NULL REFERENCES customers,
    "Email" text NOT NULL,
    "customer""name" text NOT NULL
);
