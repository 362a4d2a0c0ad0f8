SELECT id FROM orders WHERE id::text = '7'

-- becomes
SELECT id FROM orders WHERE id = 7
