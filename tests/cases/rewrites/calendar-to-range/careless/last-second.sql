SELECT id FROM orders WHERE date_trunc('day', at) = '2024-01-15'

-- becomes
SELECT id FROM orders WHERE at BETWEEN '2024-01-15' AND '2024-01-15 23:59:59'
