-- expect: column public.Docs.Em"bedding
-- expect: column public.Docs.half
CREATE SCHEMA "Ext";
CREATE EXTENSION vector SCHEMA "Ext";
CREATE TABLE "Docs" (id bigint PRIMARY KEY, "Em""bedding" "Ext".vector(2001), half "Ext".halfvec(4096));
