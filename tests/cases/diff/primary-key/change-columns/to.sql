CREATE TABLE public.membership (club integer NOT NULL, person integer NOT NULL, CONSTRAINT membership_pkey PRIMARY KEY (person, club));
