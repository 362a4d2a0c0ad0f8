SELECT id FROM orders WHERE n = 1 OR status = 'open'

-- becomes
SELECT id FROM orders WHERE n = 1 UNION ALL SELECT id FROM orders WHERE status = 'open' AND NOT n = 1
