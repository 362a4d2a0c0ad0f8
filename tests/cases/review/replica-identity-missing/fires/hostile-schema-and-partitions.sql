-- expect: table My.Select
-- expect: table My.readings
CREATE SCHEMA "My";
CREATE TABLE "My"."Select" ("from" int NOT NULL UNIQUE, "to" text);
ALTER TABLE "My"."Select" REPLICA IDENTITY NOTHING;
CREATE TABLE "My".readings (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE "My".readings_1 PARTITION OF "My".readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE PUBLICATION "p""1" FOR TABLES IN SCHEMA "My" WITH (publish = 'insert, update');
