-- A part of the key determines a column, and through it another.
-- expect: table public.order_lines
-- severity: warning
-- one-way: columns come back at the end of the table
-- facts: {"dependencies": {"public.order_lines": [{"table": "public.order_lines", "left": ["product_id"], "right": ["product name", "category"], "reason": "one name"}, {"table": "public.order_lines", "left": ["category"], "right": ["category_label"]}]}}
CREATE TABLE order_lines (
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    "product name" varchar(80) NOT NULL,
    category text NOT NULL,
    category_label text,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_lines (category);
