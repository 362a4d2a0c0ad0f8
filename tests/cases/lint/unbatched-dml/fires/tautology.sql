-- at: things
DELETE FROM things WHERE 1 = 1 OR a > 0;
