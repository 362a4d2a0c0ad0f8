-- expect: table product_attribute
CREATE TABLE product (id INTEGER PRIMARY KEY);
CREATE TABLE product_attribute (product_id INTEGER NOT NULL REFERENCES product (id), attribute TEXT NOT NULL, value TEXT, PRIMARY KEY (product_id, attribute));
