SELECT id FROM orders WHERE n + customer > 3
