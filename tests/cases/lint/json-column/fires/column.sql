-- at: things.doc
ALTER TABLE things ADD COLUMN doc json;
