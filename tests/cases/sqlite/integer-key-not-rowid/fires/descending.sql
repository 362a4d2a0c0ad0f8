-- expect: column orders.id
CREATE TABLE orders (id INTEGER PRIMARY KEY DESC, total REAL);
