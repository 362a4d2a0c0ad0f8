CREATE TABLE public.account (
    id integer PRIMARY KEY, email text, login text, phone text,
    CONSTRAINT account_email_key UNIQUE (email),
    CONSTRAINT account_login_key UNIQUE (login, phone)
);
