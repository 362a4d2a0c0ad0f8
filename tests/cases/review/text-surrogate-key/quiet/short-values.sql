-- facts: {"tables": {"public.plans": {"rows": 50}}}
-- facts: {"columns": {"public.plans": [{"column": "id", "n_distinct": -1, "average_width": 9}]}}
CREATE TABLE plans (id text PRIMARY KEY, since date NOT NULL, price numeric);
CREATE TABLE orders (id uuid PRIMARY KEY, plan_id text REFERENCES plans);
