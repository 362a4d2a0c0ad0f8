SELECT id FROM orders WHERE ts - interval '1 day' <= '2024-03-10 12:00'

-- becomes
SELECT id FROM orders WHERE ts <= '2024-03-10 12:00'::timestamp + interval '1 day'
