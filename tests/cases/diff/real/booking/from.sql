CREATE EXTENSION btree_gist;
CREATE TABLE public.house (id integer PRIMARY KEY, name text NOT NULL
);
CREATE TABLE public.room (
    id integer PRIMARY KEY, house integer NOT NULL REFERENCES public.house, number text NOT NULL, beds integer NOT NULL
);
CREATE TABLE public.guest (
    id integer PRIMARY KEY, name text NOT NULL, email text
);
CREATE TABLE public.booking (
    id integer PRIMARY KEY,
    room integer NOT NULL REFERENCES public.room,
    guest integer NOT NULL REFERENCES public.guest,
    starts date NOT NULL,
    ends date NOT NULL,
    state text NOT NULL DEFAULT 'ok',
    CONSTRAINT booking_dates CHECK (starts <= ends),
    CONSTRAINT booking_free EXCLUDE USING gist (room WITH =, daterange(starts, ends, '[]') WITH &&)
);
CREATE TABLE public.price (room integer NOT NULL, valid daterange NOT NULL, amount numeric NOT NULL, CONSTRAINT price_pkey PRIMARY KEY (room, valid));
CREATE TABLE public.extra (id integer PRIMARY KEY, name text NOT NULL, price numeric);
CREATE TABLE public.booking_extra (booking integer REFERENCES public.booking, extra integer REFERENCES public.extra);
CREATE TABLE public.review (id integer PRIMARY KEY, booking integer REFERENCES public.booking, stars integer, body text);
CREATE FUNCTION public.is_free(r integer, f date, t date) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT NOT EXISTS (SELECT FROM public.booking WHERE room = r AND daterange(starts, ends, '[]') && daterange(f, t)) $$;
CREATE VIEW public.today AS SELECT b.id, r.number, g.name FROM public.booking b JOIN public.room r ON r.id = b.room JOIN public.guest g ON g.id = b.guest
    WHERE CURRENT_DATE BETWEEN b.starts AND b.ends;
