CREATE TABLE public.t (id integer PRIMARY KEY, g text, n numeric, at timestamptz);
CREATE VIEW public.v AS
    WITH ranked AS (
        SELECT g, n, at, row_number() OVER w AS place, lag(n) OVER w AS before
        FROM public.t WINDOW w AS (PARTITION BY g ORDER BY at DESC)
    )
    SELECT r.g, r.n, r.at, r.n - r.before AS step, s.total
    FROM ranked r CROSS JOIN LATERAL (SELECT sum(x.n) AS total FROM public.t x WHERE x.g = r.g) s
    WHERE r.place = 1;
