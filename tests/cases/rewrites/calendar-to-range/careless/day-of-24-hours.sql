SELECT id FROM orders WHERE at::date = '2024-03-10'

-- becomes
SELECT id FROM orders WHERE at >= '2024-03-10' AND at < timestamptz '2024-03-10' + interval '24 hours'
