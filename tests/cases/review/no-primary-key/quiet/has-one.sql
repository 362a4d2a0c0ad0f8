CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE "Weird ""Name""" (" id " bigint PRIMARY KEY);
