-- expect: column public.users.country
-- expect: column public.users.plan
-- severity: warning
-- severity: info
CREATE TABLE countries (code varchar(10) PRIMARY KEY);
CREATE TABLE plans (id smallint PRIMARY KEY);
CREATE TABLE users (
    id bigint PRIMARY KEY, country varchar(2) REFERENCES countries, plan bigint REFERENCES plans
);
