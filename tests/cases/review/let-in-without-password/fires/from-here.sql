-- facts: {"trusted": ["local", "host 127.0.0.1", "host ::1", "host 127.0.0.1/32"]}
-- expect: database
-- severity: info
CREATE TABLE notes (id int PRIMARY KEY);
