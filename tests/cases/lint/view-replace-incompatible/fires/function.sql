-- schema: shop
-- at: settled(bigint)
CREATE OR REPLACE FUNCTION settled(bigint) RETURNS integer LANGUAGE sql AS 'SELECT 1';
