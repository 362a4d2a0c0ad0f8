-- expect: database
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE lines ("ID" bigint PRIMARY KEY, "order" bigint);
CREATE TABLE notes (note_id bigint PRIMARY KEY);
