SELECT id FROM orders WHERE at::date = '2024-03-10' AND n = 1

-- becomes
SELECT id FROM orders WHERE at >= '2024-03-10' AND at < '2024-03-11' AND n = 1
