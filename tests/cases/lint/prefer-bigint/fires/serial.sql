-- at: things.id
CREATE TABLE things (id serial PRIMARY KEY);
