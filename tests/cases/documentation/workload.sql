-- window: 3600
-- calls: 5000
SELECT id, total FROM orders WHERE customer_id = $1;
