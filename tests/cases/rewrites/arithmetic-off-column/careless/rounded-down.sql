SELECT id FROM orders WHERE n * 2 >= 7

-- becomes
SELECT id FROM orders WHERE n >= 7 / 2
