WITH open AS MATERIALIZED (SELECT * FROM orders WHERE status = 'open')
SELECT id FROM open WHERE customer = 3

-- becomes
WITH open AS NOT MATERIALIZED (SELECT * FROM orders WHERE status = 'open')
SELECT id FROM open WHERE customer = 3
