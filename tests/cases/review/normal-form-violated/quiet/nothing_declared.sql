-- The shape alone says nothing: a price at the time of sale. What is declared speaks of columns that are not there.
-- facts: {"dependencies": {"public.order_lines": [{"table": "public.order_lines", "left": ["product_id"], "right": ["product_name"]}, {"table": "public.order_lines", "left": ["article"], "right": ["price"]}]}}
CREATE TABLE order_lines (
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    price numeric(10, 2) NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
