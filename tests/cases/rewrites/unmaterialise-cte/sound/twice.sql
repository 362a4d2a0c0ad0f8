WITH open AS (SELECT id, customer FROM orders WHERE status = 'open') SELECT a.id FROM open a JOIN open b ON b.customer = a.customer AND b.id > a.id

-- becomes
WITH open AS NOT MATERIALIZED (SELECT id, customer FROM orders WHERE status = 'open') SELECT a.id FROM open a JOIN open b ON b.customer = a.customer AND b.id > a.id
