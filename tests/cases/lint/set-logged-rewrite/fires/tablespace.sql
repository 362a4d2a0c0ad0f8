-- at: things
ALTER TABLE things SET TABLESPACE fast;
