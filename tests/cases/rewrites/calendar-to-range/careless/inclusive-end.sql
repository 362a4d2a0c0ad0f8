SELECT id FROM orders WHERE ts::date = '2024-02-29'

-- becomes
SELECT id FROM orders WHERE ts >= '2024-02-29' AND ts <= '2024-03-01'
