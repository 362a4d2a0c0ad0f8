SELECT id FROM orders WHERE n / 2 = 3
