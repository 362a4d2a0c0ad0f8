-- expect: constraint public.jobs.Done has its time
CREATE TABLE jobs (
    id bigint PRIMARY KEY, "Status" varchar(12), done_at timestamptz,
    CONSTRAINT "Done has its time" CHECK ("Status" <> 'done' OR done_at IS NOT NULL)
);
