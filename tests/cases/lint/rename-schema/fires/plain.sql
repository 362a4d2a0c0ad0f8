-- at: sales
ALTER SCHEMA sales RENAME TO trade;
