SELECT DISTINCT status, count(*) FROM orders GROUP BY status

-- becomes
SELECT status, count(*) FROM orders GROUP BY status
