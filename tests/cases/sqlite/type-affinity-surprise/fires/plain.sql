-- expect: column customer.zip
-- severity: warning
CREATE TABLE customer (id INTEGER PRIMARY KEY, zip STRING NOT NULL);
