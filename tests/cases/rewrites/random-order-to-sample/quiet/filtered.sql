SELECT id FROM orders WHERE status = 'open' ORDER BY random() LIMIT 3
