-- expect: column public.invoices.total
-- severity: warning
CREATE TABLE invoices (id bigint PRIMARY KEY, total money);
