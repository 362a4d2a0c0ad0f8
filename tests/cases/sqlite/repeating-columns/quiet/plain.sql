CREATE TABLE customer (id INTEGER PRIMARY KEY, phone TEXT, address_line_1 TEXT, address_line_2 TEXT);
