SELECT id FROM orders ORDER BY random()

-- becomes
SELECT id FROM orders TABLESAMPLE BERNOULLI (50) ORDER BY random()
