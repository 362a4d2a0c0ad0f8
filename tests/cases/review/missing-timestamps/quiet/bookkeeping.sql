CREATE TABLE migrations (id int PRIMARY KEY, name text, hash text, executed boolean, note text);
