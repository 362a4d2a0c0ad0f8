-- Rates, percentages and measures are not amounts that anyone is charged.
CREATE TABLE orders (
    id bigint PRIMARY KEY, tax_rate float8, price_factor float8, discount real, total_seconds float8, total_weight float8,
    fee_percentage real, total numeric, price_cents int
);
