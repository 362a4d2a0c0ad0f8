-- expect: table public.Kunden "alt"
CREATE TABLE "Kunden ""alt""" (tenant int, id int, "isDeleted" bool NOT NULL DEFAULT false, PRIMARY KEY (tenant, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant int, "order" int NOT NULL,
    FOREIGN KEY (tenant, "order") REFERENCES "Kunden ""alt""" ON DELETE CASCADE
);
