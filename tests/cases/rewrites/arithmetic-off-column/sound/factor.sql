SELECT id FROM orders WHERE n * 2 >= 7 OR n - 1 = 4

-- becomes
SELECT id FROM orders WHERE n >= 4 OR n = 5
