-- What the application of benchmarks/features.py asks in an hour.
-- window: 3600

-- Accounts

-- calls: 9000
select id, name, country from account where lower(email) = 'user.1733957498@oak.example' and deleted_at is null;

-- calls: 40
select id, email from account where settings @> '{"plan": "enterprise"}' and deleted_at is null;

-- calls: 6
select id, email from account where settings ? 'beta';

-- calls: 20
select count(*) from account where settings ->> 'language' = 'l7' and created_at >= '2025-09-01';

-- calls: 150
select id, name, email from account where name ilike '%falcon%ember%' limit 20;

-- calls: 900
select id from account where referrer = 'https://oak.example/campaign/c4ca4238a0b923820dcc509a6f75849bc81e728d9d4c2f636f067f89cc14862c?source=newsletter';

-- calls: 2
select id, email, deleted_at from account where deleted_at < '2025-01-08' order by deleted_at;

-- calls: 1
select country, count(*) from account where deleted_at is null group by country;

-- Products

-- calls: 2500
select id, name, price from product where words @@ to_tsquery('english', 'glacier & saffron & orchid') and listed limit 30;

-- calls: 300
select id, name from product where words @@ plainto_tsquery('english', 'velvetkc lanternab');

-- calls: 1800
select id, name, price from product where tags @> array['t77', 't5'];

-- calls: 700
select id, name from product where tags && array['t2987', 't1733'] and listed;

-- calls: 1200
select id, name, price from product where attributes @> '{"brand": "b77", "size": 7}';

-- calls: 600
select id, name from product where attributes -> 'spec' ->> 'model' = 'm4711';

-- calls: 400
select id, name from product where name like '%harbour%97%' order by name limit 20;

-- calls: 3000
select id, name, price from product where vendor_id = 4711 and listed order by created_at desc limit 20;

-- calls: 500
select id, name, price from product where listed and price between 10 and 10.5 order by price limit 50;

-- calls: 800
select v.id, v.name, v.rating from vendor v order by v.place <-> point(500, 500) limit 10;

-- calls: 200
select id, name from vendor where place <@ box(point(100, 100), point(104, 104));

-- Orders

-- calls: 12000
select id, status, placed_at, total from orders where account_id = 77 order by placed_at desc limit 10;

-- calls: 1500
select id, account_id, total from orders where status = 'pending' order by placed_at limit 50;

-- calls: 30
select id, account_id, total from orders where status = 'disputed' and placed_at >= '2025-10-01';

-- calls: 60
select count(*), sum(total) from orders where shipped_at is null and status <> 'cancelled';

-- calls: 4
select date_trunc('day', placed_at at time zone 'UTC') as day, count(*), sum(total) from orders
where date_trunc('day', placed_at at time zone 'UTC') between '2025-10-01' and '2025-10-07' group by 1 order by 1;

-- calls: 1100
select id, total from orders where details ->> 'invoice' = 'INV-4711';

-- calls: 10
select id, account_id from orders where details ? 'gift' and placed_at >= '2025-06-01';

-- calls: 8000
select l.line, p.name, l.quantity, l.price from order_line l join product p on p.id = l.product_id
where l.order_id = 4711;

-- calls: 90
select p.id, p.name, sum(l.quantity) as sold from order_line l join product p on p.id = l.product_id
where p.vendor_id = 321 group by p.id, p.name order by sold desc limit 10;

-- calls: 25
select count(*) from orders o join account a on a.id = o.account_id
where a.country = 'C7' and o.placed_at between '2025-10-01' and '2025-10-03';

-- The log

-- calls: 12
select kind, count(*) from event where at between '2025-12-20' and '2025-12-20 06:00' group by kind;

-- calls: 5
select count(*), avg((payload ->> 'ms')::integer) from event where kind = 'error' and at >= '2026-01-01';

-- calls: 350
select at, kind, payload from event where account_id = 4242 order by at desc limit 20;

-- Messages, sessions, bookings

-- calls: 6000
select count(*) from message where recipient_id = 777 and read_at is null;

-- calls: 4000
select id, sender_id, sent_at, body from message where thread_id = 99 order by sent_at desc limit 30;

-- calls: 80
select id, sent_at from message where body ilike '%ref4711%';

-- calls: 20000
select account_id, expires_at from session where token = 'c4ca4238a0b923820dcc509a6f75849b8f14e45fceea167a5a36dedd4bea25436512bd43d9caa6e02c990b0a82652dca';

-- calls: 15
select id, account_id from session where address <<= '10.7.77.0/24';

-- calls: 700
select id, account_id from booking where resource_id = 77 and during && tstzrange('2025-03-01 UTC', '2025-03-05 UTC');

-- calls: 50
select id, resource_id from booking where during @> timestamptz '2025-03-01 03:30 UTC' and resource_id between 100 and 140;

-- calls: 40
select id, resource_id, during from booking where account_id = 4711;

-- calls: 2000
select price from tariff where product_id = 4711 and valid @> date '2024-09-09';

-- calls: 30
select count(*) from tariff where valid && daterange('2025-10-20', '2025-10-22');

-- calls: 2600
select stars, body, written_at from review where product_id = 4711 order by written_at desc limit 5;

-- calls: 120
select id, product_id from review where labels @> array[4711];

-- calls: 35
select product_id, avg(stars) from review where product_id in (7, 77, 777, 7777, 77777) group by product_id;

-- calls: 18000
select id, payload from job where state = 'ready' and queue = 'q7' and run_at <= '2025-12-26 14:00 UTC'
order by run_at limit 1 for update skip locked;

-- calls: 10
select id, queue, attempts from job where state = 'failed' order by run_at desc limit 100;

-- Writes

-- calls: 900
insert into orders select 2000000, 77, 'pending', now(), null, 10, '{"channel": "ch1"}';

-- calls: 2700
insert into order_line values (4711, 9, 77, 1, 10);

-- calls: 36000
insert into event values (9000000, now(), 77, 'view', '{"page": "/p/1", "ms": 12}');

-- calls: 400
insert into message values (900000, 9, 77, 777, now(), null, 'velvet river');

-- calls: 3000
insert into session values (900000, 77, 'abc', '10.0.0.1', now(), 'agent 1');

-- calls: 5000
update message set read_at = now() where id = 4711;

-- calls: 900
update orders set status = 'done', shipped_at = now() where id = 1195000;

-- calls: 300
update product set price = price * 1.1 where id = 4711;

-- calls: 18000
update job set state = 'done', attempts = attempts + 1 where id = 4711;

-- calls: 2500
delete from session where account_id = 4711 and expires_at < '2025-12-20';

-- calls: 6
delete from orders where id = 4711;

-- calls: 2
delete from account where id = 4711;
