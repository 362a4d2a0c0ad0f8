WITH r AS MATERIALIZED (SELECT id, chance() AS x FROM orders) SELECT a.x = b.x FROM r a, r b
