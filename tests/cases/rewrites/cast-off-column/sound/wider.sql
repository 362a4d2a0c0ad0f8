SELECT id FROM orders WHERE n::bigint = $1 OR n = 3.0

-- becomes
SELECT id FROM orders WHERE n = $1::bigint OR n = 3
