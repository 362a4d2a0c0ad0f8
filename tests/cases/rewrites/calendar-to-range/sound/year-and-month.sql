SELECT id FROM orders WHERE extract(year FROM ts) = 2024 AND extract(month FROM ts) = 2

-- becomes
SELECT id FROM orders WHERE ts >= '2024-02-01' AND ts < '2024-03-01'
