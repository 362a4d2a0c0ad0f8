-- facts: {"trusted": []}
CREATE TABLE notes (id int PRIMARY KEY);
