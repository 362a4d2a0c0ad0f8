SELECT id FROM orders WHERE id::integer = 7
