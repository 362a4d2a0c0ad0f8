SELECT id FROM orders WHERE to_char(at, 'YYYY-MM') = '2024-02'

-- becomes
SELECT id FROM orders WHERE at >= '2024-02-01' AND at < '2024-03-01'
