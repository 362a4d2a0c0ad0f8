-- Both have the same number of rows, within what an estimate is off by; a key of two columns and names that need quotes.
-- expect: table public.Seat prices
-- facts: {"tables": {"public.seats": {"rows": 10000, "pages": 100}, "public.\"Seat prices\"": {"rows": 9950, "pages": 80}}}
CREATE TABLE seats (hall integer, "no" integer, PRIMARY KEY (hall, "no"));
CREATE TABLE "Seat prices" (
    "no" integer,
    hall integer,
    cents integer NOT NULL,
    PRIMARY KEY ("no", hall),
    FOREIGN KEY (hall, "no") REFERENCES seats
);
