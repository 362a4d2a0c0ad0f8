SELECT status, count(*) FROM orders WHERE n > 0 GROUP BY status HAVING status <> 'void'

-- becomes
SELECT status, count(*) FROM orders WHERE n > 0 AND status <> 'void' GROUP BY status
