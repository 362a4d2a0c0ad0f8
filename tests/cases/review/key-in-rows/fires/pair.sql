-- One rate a currency and day; the first of two pairs is asked about.
-- expect: column public.rates.currency_id
-- facts: {"read": {"public.rates": {"rows": 900, "whole": true, "keys": [{"columns": ["currency_id", "day"], "rows": 900}, {"columns": ["currency_id", "version"], "rows": 900}]}}}
CREATE TABLE currencies (id integer PRIMARY KEY, code char(3) UNIQUE NOT NULL);
CREATE TABLE rates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    currency_id integer NOT NULL REFERENCES currencies,
    day date NOT NULL,
    version integer NOT NULL,
    rate numeric NOT NULL
);
