-- schema: shop
-- clean
ALTER TABLE log RENAME TO journal;
CREATE VIEW log AS SELECT * FROM journal;
