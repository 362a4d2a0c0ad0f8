CREATE TABLE public.person_base (id integer, note text);
CREATE TABLE public.teacher (id integer PRIMARY KEY, name text NOT NULL, note text) INHERITS (public.person_base);
CREATE TABLE public.school_class (id integer PRIMARY KEY, label text NOT NULL UNIQUE, head integer NOT NULL REFERENCES public.teacher, year smallint NOT NULL DEFAULT 2024, speaker integer);
CREATE TABLE public.student (id integer CONSTRAINT pupil_pk PRIMARY KEY, name text NOT NULL, born date CONSTRAINT born_sane CHECK (born > '1900-01-01'), school_class integer CONSTRAINT pupil_class REFERENCES public.school_class ON DELETE SET NULL);
ALTER TABLE public.school_class ADD CONSTRAINT class_speaker FOREIGN KEY (speaker) REFERENCES public.student DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE public.subject (id integer PRIMARY KEY, name text
    NOT NULL COLLATE "C"
);
CREATE TABLE public.grade (id integer CONSTRAINT mark_pk PRIMARY KEY, pupil integer CONSTRAINT mark_pupil REFERENCES public.student, subject integer CONSTRAINT mark_subject REFERENCES public.subject, value numeric(3,1) CONSTRAINT grade_value CHECK (value BETWEEN 1 AND 6), given_on date NOT NULL DEFAULT CURRENT_DATE);
CREATE INDEX grade_pupil ON public.grade (pupil, subject);
CREATE TABLE public.lesson (school_class integer, subject integer, teacher integer, weekday integer, hour integer);
ALTER TABLE public.lesson ADD CONSTRAINT lesson_pk PRIMARY KEY (school_class, weekday, hour);
ALTER TABLE public.lesson ADD CONSTRAINT lesson_teacher UNIQUE (teacher, weekday, hour);
ALTER TABLE public.lesson ADD FOREIGN KEY (school_class) REFERENCES public.school_class, ADD FOREIGN KEY (subject) REFERENCES public.subject, ADD FOREIGN KEY (teacher) REFERENCES public.teacher;
CREATE TABLE public.absence (pupil integer REFERENCES public.student ON DELETE CASCADE, at date, excused boolean NOT NULL DEFAULT false, PRIMARY KEY (pupil, at));
CREATE TABLE public.room (id integer PRIMARY KEY, name text);
CREATE TABLE public.parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, phone text);
CREATE TABLE public.parent_of (parent bigint REFERENCES public.parent ON DELETE CASCADE, student integer REFERENCES public.student ON DELETE CASCADE, PRIMARY KEY (parent, student));
CREATE VIEW public.class_mean AS SELECT p.school_class AS class, m.subject, avg(m.value) AS mean, count(*) AS n FROM public.grade m JOIN public.student p ON p.id = m.pupil GROUP BY 1, 2;
CREATE MATERIALIZED VIEW public.best AS SELECT class, subject FROM public.class_mean WHERE mean < 2;
CREATE INDEX best_class ON public.best (class);
