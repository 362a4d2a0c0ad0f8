-- at: database
CALL refill(100);
