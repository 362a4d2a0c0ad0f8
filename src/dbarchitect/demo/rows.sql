-- What made-up rows do not have by themselves: the habits of people who work with this schema.
UPDATE products SET tags = (ARRAY['sale', 'new,sale', 'summer,sale,new', 'gift', 'gift,new'])[1 + id % 5];
UPDATE orders SET channel = NULL WHERE id % 3 = 0;
VACUUM (FULL, ANALYZE) products;
VACUUM (FULL, ANALYZE) orders;
