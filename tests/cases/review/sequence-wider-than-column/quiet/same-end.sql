CREATE TABLE a (id serial PRIMARY KEY, name text);
CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, small smallserial);
