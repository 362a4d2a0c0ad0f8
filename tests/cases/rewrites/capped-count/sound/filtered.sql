SELECT count(*) FROM orders WHERE status = 'open'

-- becomes
SELECT count(*) FROM (SELECT 1 FROM orders WHERE status = 'open' LIMIT 1001) AS counted
