SELECT id FROM orders WHERE date_trunc('month', at) = '2024-02-01'

-- becomes
SELECT id FROM orders WHERE at >= '2024-02-01' AND at < '2024-03-01'
