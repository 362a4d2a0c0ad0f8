UPDATE things SET a[1] = 1, a[2] = 3 WHERE id = 1;
