SELECT status, count(*) FROM orders GROUP BY status HAVING count(*) > 1
