SELECT status, count(*) FROM orders GROUP BY GROUPING SETS ((status), ()) HAVING status = 'open'
