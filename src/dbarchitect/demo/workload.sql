-- What the shop asks its database in a day.
-- window: 86400

-- calls: 220000
SELECT * FROM customers WHERE email = 'ada@example.org';

-- calls: 180000
SELECT p.id, p.name, p.price FROM products p WHERE p.category_id = 7 AND p.is_active ORDER BY p.name LIMIT 20;

-- calls: 90000
SELECT o.id, o.status, o.total FROM orders o WHERE o.customer_id = 4711 ORDER BY o.created_at DESC LIMIT 20;

-- calls: 60000
SELECT i.product_id, i.quantity, i.unit_price FROM order_items i WHERE i.order_id = 123456;

-- calls: 4000
SELECT count(*), sum(i.quantity * i.unit_price) FROM order_items i WHERE i.product_id = 815;

-- calls: 30000
SELECT body FROM comments WHERE commentable_type = 'product' AND commentable_id = 815 ORDER BY id;

-- calls: 24
SELECT c.country, count(*), sum(o.total)
FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.created_at >= now() - interval '1 day'
GROUP BY c.country;

-- calls: 50
DELETE FROM customers WHERE id = 4711;

-- calls: 12000
INSERT INTO stock_movements (product_id, amount, reason) VALUES (815, -1, 'sold');
