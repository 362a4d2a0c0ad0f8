-- A price at the time of sale, a state, a day, a tenant that is repeated for policies, a code with its label, a measure,
-- a name on a parcel, the parts of one address.
-- facts: {"read": {"public.order_lines": {"rows": 50000, "dependencies": [{"left": ["product_id"], "right": "price", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["product_id"], "right": "unit_cost", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["product_id"], "right": "tenant_id", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["order_id"], "right": "sold_on", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["order_id"], "right": "status", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["land_code"], "right": "land_name", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["land_name"], "right": "land_code", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["weight"], "right": "product_id", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["customer_id"], "right": "ship_name", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["city"], "right": "country", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["seconds"], "right": "season", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["sold_on"], "right": "season", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}]}}}
CREATE TABLE order_lines (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id integer NOT NULL,
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    price numeric(10, 2) NOT NULL,
    unit_cost bigint NOT NULL,
    sold_on date NOT NULL,
    season text NOT NULL,
    status text NOT NULL,
    weight double precision,
    customer_id bigint NOT NULL,
    ship_name text,
    city text,
    country text,
    seconds integer,
    land_code char(2),
    land_name text
);
