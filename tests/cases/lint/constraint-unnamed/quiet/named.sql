CREATE TABLE things (id bigint CONSTRAINT things_pkey PRIMARY KEY, a int NOT NULL);
