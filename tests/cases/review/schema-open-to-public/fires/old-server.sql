-- postgres: 14
-- expect: schema public
-- expect: schema the "shop"
CREATE SCHEMA "the ""shop""";
GRANT CREATE ON SCHEMA "the ""shop""" TO PUBLIC;
