CREATE DOMAIN public.code AS varchar(8) COLLATE "C" CHECK (VALUE <> '');
