SELECT id FROM orders WHERE n / 2 = 3

-- becomes
SELECT id FROM orders WHERE n = 3 * 2
