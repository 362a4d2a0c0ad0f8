-- A CHECK on one optional value, or between two, is right to let NULL pass.
CREATE TABLE offers (
    id bigint PRIMARY KEY, price numeric CHECK (price > 0), starts_on date, ends_on date, CHECK (ends_on >= starts_on),
    a numeric, b numeric, CHECK (a > 0 OR b > 0)
);
