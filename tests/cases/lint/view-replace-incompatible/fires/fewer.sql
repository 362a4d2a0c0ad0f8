-- at: things_v
CREATE VIEW things_v AS SELECT a, b FROM things;
CREATE OR REPLACE VIEW things_v AS SELECT a FROM things;
