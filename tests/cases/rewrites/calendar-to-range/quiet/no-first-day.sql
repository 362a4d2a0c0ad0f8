SELECT id FROM orders WHERE date_trunc('month', at) = '2024-02-15'
