CREATE TABLE things (id bigint);
ALTER TABLE things ADD PRIMARY KEY (id);
