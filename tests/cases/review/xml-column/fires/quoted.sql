-- expect: column public.Letters.the "body"
CREATE TABLE "Letters" (id bigint PRIMARY KEY, "the ""body""" xml);
