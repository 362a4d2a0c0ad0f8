CREATE SCHEMA billing;
CREATE SCHEMA billing_api;
GRANT USAGE ON SCHEMA billing_api TO corpus_reader;
CREATE EXTENSION btree_gist;
CREATE DOMAIN billing.currency AS char(3) CONSTRAINT currency_check CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE TYPE billing.amount AS (value numeric, currency char(3));
CREATE TABLE billing.account (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    currency billing.currency NOT NULL DEFAULT 'EUR',
    vat_id text CONSTRAINT account_vat_id_key UNIQUE
);
CREATE TABLE billing.plan (
    code text PRIMARY KEY,
    monthly numeric(12,4) NOT NULL CONSTRAINT plan_monthly_check CHECK (monthly >= 0),
    retired_at date
);
CREATE TABLE billing.subscription (
    id integer PRIMARY KEY,
    account bigint NOT NULL REFERENCES billing.account,
    plan text NOT NULL REFERENCES billing.plan ON UPDATE CASCADE,
    starts date NOT NULL,
    ends date,
    CONSTRAINT subscription_dates CHECK (ends IS NULL OR ends > starts),
    CONSTRAINT subscription_once EXCLUDE USING gist (account WITH =, daterange(starts, ends) WITH &&)
);
CREATE INDEX subscription_account_idx ON billing.subscription (account);
CREATE TABLE billing.invoice (
    id integer CONSTRAINT bill_pkey PRIMARY KEY,
    account bigint NOT NULL,
    number text NOT NULL,
    issued date NOT NULL,
    due date,
    state text NOT NULL DEFAULT 'open' CONSTRAINT invoice_state_check CHECK (state IN ('open', 'paid', 'void')),
    CONSTRAINT bill_account_fkey FOREIGN KEY (account) REFERENCES billing.account
);
CREATE UNIQUE INDEX bill_no_idx ON billing.invoice (number);
CREATE INDEX invoice_due_idx ON billing.invoice (due) WHERE state = 'open';
CREATE TABLE billing.invoice_line (
    invoice integer NOT NULL, line integer NOT NULL, text text NOT NULL, amount numeric(14,4) NOT NULL, tax numeric(5,4) NOT NULL DEFAULT 0,
    CONSTRAINT bill_line_pkey PRIMARY KEY (invoice, line),
    CONSTRAINT bill_line_bill_fkey FOREIGN KEY (invoice) REFERENCES billing.invoice ON DELETE CASCADE
);
CREATE TABLE billing.payment (id integer PRIMARY KEY, account bigint NOT NULL REFERENCES billing.account, amount numeric NOT NULL, at date NOT NULL, reference text);
CREATE TABLE billing.allocation (
    payment integer REFERENCES billing.payment, invoice integer REFERENCES billing.invoice, amount numeric NOT NULL CHECK (amount > 0),
    PRIMARY KEY (payment, invoice)
);
CREATE TABLE billing.credit_note (id integer PRIMARY KEY, account integer, amount numeric);
COMMENT ON TABLE billing.credit_note IS 'given back';
CREATE TABLE billing.tax_rate (country char(2), valid daterange, rate numeric);
ALTER TABLE billing.tax_rate ADD CONSTRAINT tax_rate_pk EXCLUDE USING gist (country WITH =, valid WITH &&);
CREATE TABLE billing.event (id bigserial PRIMARY KEY, kind text, data json);
CREATE INDEX event_kind_idx ON billing.event (kind);
CREATE VIEW billing.balance AS
    SELECT a.id, a.name,
        (SELECT coalesce(sum(l.amount * (1 + l.tax)), 0) FROM billing.invoice b JOIN billing.invoice_line l ON l.invoice = b.id WHERE b.account = a.id) AS billed,
        (SELECT coalesce(sum(p.amount), 0) FROM billing.payment p WHERE p.account = a.id) AS paid
    FROM billing.account a;
CREATE VIEW billing.debtor AS SELECT id, name, billed - paid AS owes FROM billing.balance WHERE billed > paid;
CREATE VIEW billing_api.debtor WITH (security_barrier = true) AS SELECT name, owes FROM billing.debtor;
GRANT SELECT ON billing_api.debtor TO corpus_reader;
CREATE FUNCTION billing.next_number(prefix text DEFAULT 'INV') RETURNS text LANGUAGE sql AS $$ SELECT prefix || count(*) FROM billing.invoice $$;
ALTER TABLE billing.invoice ALTER number SET DEFAULT billing.next_number();
