SELECT id FROM orders WHERE COALESCE(n, 0) = 0

-- becomes
SELECT id FROM orders WHERE (n = 0 OR n IS NULL)
