-- expect: column reading.note
CREATE TABLE reading (id INTEGER PRIMARY KEY, note TEXT);
INSERT INTO reading (note) VALUES ('a'), (x'6162');
