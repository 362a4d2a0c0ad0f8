-- at: things.A
UPDATE things SET "A" = 1, "A" = 3 WHERE id = 1;
