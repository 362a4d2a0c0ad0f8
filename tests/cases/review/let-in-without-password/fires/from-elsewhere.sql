-- facts: {"trusted": ["local", "host 0.0.0.0/0", "host all"]}
-- expect: database
-- severity: error
CREATE TABLE notes (id int PRIMARY KEY);
