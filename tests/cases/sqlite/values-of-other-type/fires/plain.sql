-- expect: column reading.value
CREATE TABLE reading (id INTEGER PRIMARY KEY, value REAL, note TEXT);
INSERT INTO reading (value, note) VALUES (1.5, 'a'), ('n/a', 'b');
