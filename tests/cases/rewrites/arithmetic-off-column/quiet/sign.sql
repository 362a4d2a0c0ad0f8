SELECT id FROM orders WHERE n * -1 > 3
