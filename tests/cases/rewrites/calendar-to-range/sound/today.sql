SELECT id FROM orders WHERE at::date >= current_date - 7

-- becomes
SELECT id FROM orders WHERE at >= (current_date - 7)
