-- at: things.a
ALTER TABLE things ALTER COLUMN a DROP NOT NULL;
