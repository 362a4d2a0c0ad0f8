WITH r AS MATERIALIZED (SELECT random() AS x) SELECT a.x = b.x AS same FROM r a, r b

-- becomes
SELECT a.x = b.x AS same FROM (SELECT random() AS x) a, (SELECT random() AS x) b
