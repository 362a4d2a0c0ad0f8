-- expect: table public.vehicles
-- severity: info
CREATE TABLE vehicles (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE cars (doors integer, PRIMARY KEY (id)) INHERITS (vehicles);
CREATE TABLE "Bi cycles" (gears integer) INHERITS (vehicles);
