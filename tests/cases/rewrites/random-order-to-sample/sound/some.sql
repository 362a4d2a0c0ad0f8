SELECT id FROM orders ORDER BY random() LIMIT 3

-- becomes
SELECT id FROM orders TABLESAMPLE BERNOULLI (1) ORDER BY random() LIMIT 3
