-- The wider one begins with another column: a plain index takes its place.
-- expect: index public.Ein "Ding".Ein "Ding"_order_id_idx
CREATE TABLE "Ein ""Ding""" (id bigint PRIMARY KEY, "order" int NOT NULL);
CREATE UNIQUE INDEX ON "Ein ""Ding""" ("order" DESC, id);
