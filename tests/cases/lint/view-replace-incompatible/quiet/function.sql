-- schema: shop
-- clean
CREATE OR REPLACE FUNCTION settled(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
