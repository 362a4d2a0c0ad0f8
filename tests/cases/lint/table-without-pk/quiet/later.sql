CREATE TABLE things (id bigint NOT NULL);
ALTER TABLE things ADD PRIMARY KEY (id);
