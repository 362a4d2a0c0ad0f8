-- expect: table reading
CREATE TABLE reading (id INTEGER PRIMARY KEY, value REAL);
