CREATE EXTENSION btree_gist;
CREATE TYPE public.booking_state AS ENUM ('held', 'ok', 'gone');
CREATE TABLE public.house (id integer PRIMARY KEY, name text NOT NULL
    , stars smallint CONSTRAINT house_stars CHECK (stars BETWEEN 1 AND 5)
);
CREATE TABLE public.room (
    id integer PRIMARY KEY, house integer NOT NULL REFERENCES public.house, number text NOT NULL, beds integer NOT NULL
    , CONSTRAINT room_number UNIQUE (house, number)
);
CREATE TABLE public.room_block (room integer, during daterange, why text NOT NULL, CONSTRAINT room_block_pk PRIMARY KEY (room, during WITHOUT OVERLAPS));
ALTER TABLE public.room_block ADD FOREIGN KEY (room) REFERENCES public.room ON DELETE CASCADE;
CREATE TABLE public.guest (
    id integer PRIMARY KEY, name text NOT NULL, email text
    CONSTRAINT guest_mail NOT NULL, phone text, mail_key text GENERATED ALWAYS AS (lower(email)) VIRTUAL
);
CREATE TABLE public.booking (
    id integer PRIMARY KEY,
    room integer NOT NULL REFERENCES public.room,
    guest integer NOT NULL REFERENCES public.guest,
    starts date NOT NULL,
    ends date NOT NULL,
    state public.booking_state NOT NULL DEFAULT 'held',
    during daterange GENERATED ALWAYS AS (daterange(starts, ends)) STORED,
    CONSTRAINT booking_dates CHECK (starts < ends),
    CONSTRAINT booking_free EXCLUDE USING gist (room WITH =, daterange(starts, ends) WITH &&) WHERE (state <> 'gone') DEFERRABLE
);
CREATE INDEX booking_guest ON public.booking (guest);
CREATE TABLE public.price (room integer NOT NULL, valid daterange NOT NULL, amount numeric NOT NULL, CONSTRAINT price_pkey PRIMARY KEY (room, valid WITHOUT OVERLAPS), CONSTRAINT price_room FOREIGN KEY (room) REFERENCES public.room);
CREATE TABLE public.extra (id integer PRIMARY KEY, name text NOT NULL, price numeric);
CREATE TABLE public.booking_extra (booking integer REFERENCES public.booking ON DELETE CASCADE, extra integer REFERENCES public.extra, quantity integer NOT NULL DEFAULT 1, PRIMARY KEY (booking, extra));
CREATE TABLE public.review (id integer PRIMARY KEY, booking integer REFERENCES public.booking, stars integer, body text);
ALTER TABLE public.review ADD CONSTRAINT review_once UNIQUE (booking) INCLUDE (stars);
ALTER TABLE public.review ADD CONSTRAINT review_stars CHECK (stars BETWEEN 1 AND 5) NOT VALID;
CREATE TABLE public.price_use (room integer, valid daterange, booking integer REFERENCES public.booking, PRIMARY KEY (room, valid WITHOUT OVERLAPS), FOREIGN KEY (room, PERIOD valid) REFERENCES public.price (room, PERIOD valid));
CREATE FUNCTION public.is_free(r integer, d daterange) RETURNS boolean LANGUAGE sql STABLE RETURN NOT EXISTS (SELECT 1 FROM public.booking WHERE room = r AND daterange(starts, ends) && d AND state <> 'gone');
CREATE VIEW public.today AS SELECT b.id, r.number, g.name FROM public.booking b JOIN public.room r ON r.id = b.room JOIN public.guest g ON g.id = b.guest
    WHERE CURRENT_DATE >= b.starts AND CURRENT_DATE < b.ends AND b.state = 'ok';
CREATE VIEW public.free_today AS SELECT r.id, r.number FROM public.room r WHERE public.is_free(r.id, daterange(CURRENT_DATE, CURRENT_DATE + 1));
