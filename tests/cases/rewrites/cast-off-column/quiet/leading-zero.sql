SELECT id FROM orders WHERE id::text = '07'
