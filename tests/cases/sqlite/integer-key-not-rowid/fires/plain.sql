-- expect: column orders.id
CREATE TABLE orders (id INT PRIMARY KEY, total REAL);
