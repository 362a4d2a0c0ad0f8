-- expect: constraint line.line_pkey
CREATE TABLE line (order_id INTEGER NOT NULL, place INTEGER, amount REAL, PRIMARY KEY (order_id, place));
