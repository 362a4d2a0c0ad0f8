CREATE TABLE things (id bigint PRIMARY KEY, a bigint);
ALTER TABLE things ADD FOREIGN KEY (a) REFERENCES owners;
