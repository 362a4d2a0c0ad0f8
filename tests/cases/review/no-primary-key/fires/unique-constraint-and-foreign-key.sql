-- expect: table public.plans
CREATE TABLE plans (code text NOT NULL UNIQUE, title text);
CREATE TABLE users (id bigint PRIMARY KEY, plan text REFERENCES plans (code));
