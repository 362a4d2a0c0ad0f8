CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, phone text, country text, UNIQUE (country, phone));
