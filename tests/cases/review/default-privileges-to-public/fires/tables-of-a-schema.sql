-- roles: app
-- expect: schema shop
-- severity: warning
CREATE SCHEMA shop;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;
