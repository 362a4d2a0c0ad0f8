-- expect: column public.Orders.Id
CREATE TABLE "Orders" ("Id" integer GENERATED ALWAYS AS IDENTITY (INCREMENT -1 CYCLE) UNIQUE, total numeric);
