-- A scale of no digits belongs to another type.
CREATE TABLE posts (id bigint PRIMARY KEY, seconds numeric(10, 0), made bigint);
