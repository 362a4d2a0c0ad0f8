SELECT id FROM orders WHERE code::integer = 1
