-- at: things
SET lock_timeout TO '5min';
ALTER TABLE things ADD COLUMN a integer;
