SELECT id FROM orders WHERE now()::date = '2024-01-01'
