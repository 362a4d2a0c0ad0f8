-- expect: column public.Bestellung.ID
-- facts: {"tables": {"public.\"Bestellung\"": {"rows": 5000}}}
-- facts: {"columns": {"public.\"Bestellung\"": [{"column": "ID", "n_distinct": -1, "average_width": 26}]}}
CREATE TABLE "Bestellung" ("ID" varchar(30) PRIMARY KEY, at timestamptz NOT NULL);
