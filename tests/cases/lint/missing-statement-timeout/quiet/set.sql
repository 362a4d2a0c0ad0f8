SET statement_timeout = '5min';
ALTER TABLE things ADD COLUMN a integer;
