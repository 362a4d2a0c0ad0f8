SELECT id FROM orders WHERE code ~ '^[0-9]{1,4}$' AND code::integer = 1

-- becomes
SELECT id FROM orders WHERE code ~ '^[0-9]{1,4}$' AND code = '1'
