-- at: orders
GRANT SELECT ON orders TO reader;
