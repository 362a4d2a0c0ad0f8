-- expect: table customer
CREATE TABLE customer (id INTEGER PRIMARY KEY, phone1 TEXT, phone2 TEXT, phone3 TEXT);
