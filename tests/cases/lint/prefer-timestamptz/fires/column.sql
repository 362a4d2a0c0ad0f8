-- at: things.at
ALTER TABLE things ADD COLUMN at timestamp(3) without time zone;
