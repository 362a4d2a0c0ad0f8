-- reversible: yes
ALTER TABLE things ADD COLUMN a integer;
