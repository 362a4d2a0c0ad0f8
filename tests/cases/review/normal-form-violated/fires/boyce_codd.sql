-- Every column is in a key, and the postcode determines the city: it can be split, but then the address is no key.
-- expect: table public.addresses
-- severity: warning
-- facts: {"dependencies": {"public.addresses": [{"table": "public.addresses", "left": ["postcode"], "right": ["city"]}]}}
CREATE TABLE addresses (
    street text NOT NULL,
    city text NOT NULL,
    postcode text NOT NULL,
    PRIMARY KEY (street, city)
);
