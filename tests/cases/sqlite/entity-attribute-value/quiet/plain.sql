CREATE TABLE product (id INTEGER PRIMARY KEY, weight REAL, colour TEXT);
