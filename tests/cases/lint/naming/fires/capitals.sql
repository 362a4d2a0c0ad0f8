-- at: Things
-- at: Things.Name
CREATE TABLE "Things" (id bigint PRIMARY KEY, "Name" text);
