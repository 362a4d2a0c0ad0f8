SELECT id FROM orders WHERE n * -1 > 3

-- becomes
SELECT id FROM orders WHERE n > -3
