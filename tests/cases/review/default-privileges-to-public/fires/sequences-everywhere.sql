-- roles: App's owner
-- expect: role App's owner
ALTER DEFAULT PRIVILEGES FOR ROLE "App's owner" GRANT USAGE ON SEQUENCES TO PUBLIC;
