-- expect: schema public
-- severity: warning
GRANT ALL ON SCHEMA public TO PUBLIC;
