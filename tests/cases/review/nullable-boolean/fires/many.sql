-- expect: database
CREATE TABLE a (id bigint PRIMARY KEY, one boolean, two boolean DEFAULT true, three boolean DEFAULT false);
CREATE TABLE b (id bigint PRIMARY KEY, one boolean, two boolean, three boolean, sure boolean NOT NULL);
