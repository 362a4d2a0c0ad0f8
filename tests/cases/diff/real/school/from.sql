CREATE TABLE public.person_base (id integer, note text);
CREATE TABLE public.teacher (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.school_class (id integer PRIMARY KEY, label text, head integer REFERENCES public.teacher);
CREATE TABLE public.pupil (id integer CONSTRAINT pupil_pk PRIMARY KEY, name text NOT NULL, born date, class integer CONSTRAINT pupil_class REFERENCES public.school_class);
CREATE TABLE public.subject (id integer PRIMARY KEY, name text
);
CREATE TABLE public.mark (id integer CONSTRAINT mark_pk PRIMARY KEY, pupil integer CONSTRAINT mark_pupil REFERENCES public.pupil, subject integer CONSTRAINT mark_subject REFERENCES public.subject, value integer);
CREATE TABLE public.lesson (school_class integer, subject integer, teacher integer, weekday integer, hour integer);
CREATE TABLE public.absence (pupil integer, at date, excused boolean);
CREATE TABLE public.room (id integer PRIMARY KEY, name text);
CREATE TABLE public.locker (id integer PRIMARY KEY, pupil integer);
CREATE VIEW public.class_mean AS SELECT p.class, m.subject, avg(m.value) AS mean FROM public.mark m JOIN public.pupil p ON p.id = m.pupil GROUP BY 1, 2;
CREATE VIEW public.best AS SELECT class, subject FROM public.class_mean WHERE mean < 2;
