SELECT status, count(*) FROM orders GROUP BY GROUPING SETS ((status), ()) HAVING status = 'open'

-- becomes
SELECT status, count(*) FROM orders WHERE status = 'open' GROUP BY GROUPING SETS ((status), ())
