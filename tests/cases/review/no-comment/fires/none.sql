-- expect: database
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
