CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, email text, born date);
CREATE TABLE contacts (id bigint PRIMARY KEY, email text, phone text, fax text, CHECK (num_nonnulls(email, phone) > 0));
CREATE TABLE pairs (id bigint PRIMARY KEY, one text, two text);
