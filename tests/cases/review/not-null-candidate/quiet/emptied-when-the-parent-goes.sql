-- facts: {"tables": {"public.orders": {"rows": 50000}}}
-- facts: {"columns": {"public.orders": [{"column": "agent_id", "null_fraction": 0}, {"column": "urgent", "null_fraction": 0}]}}
CREATE TABLE agents (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, agent_id bigint REFERENCES agents ON DELETE SET NULL, urgent boolean);
