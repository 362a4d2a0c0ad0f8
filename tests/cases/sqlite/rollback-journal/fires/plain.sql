-- expect: database
CREATE TABLE visit (id INTEGER PRIMARY KEY);
INSERT INTO visit VALUES (1);
