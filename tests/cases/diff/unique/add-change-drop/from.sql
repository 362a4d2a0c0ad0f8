CREATE TABLE public.account (
    id integer PRIMARY KEY, email text, login text, phone text,
    CONSTRAINT account_login_key UNIQUE (login),
    CONSTRAINT account_phone_key UNIQUE (phone)
);
