-- expect: database
PRAGMA journal_mode = DELETE;
CREATE TABLE visit (id INTEGER PRIMARY KEY);
INSERT INTO visit VALUES (1);
