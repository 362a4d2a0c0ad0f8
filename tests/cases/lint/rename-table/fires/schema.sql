-- at: things
ALTER TABLE things SET SCHEMA archive;
