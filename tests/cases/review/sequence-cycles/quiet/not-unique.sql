-- A number that comes again by design, in a column that is not unique, or together with the day.
CREATE TABLE calls (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket serial, day date, line serial, UNIQUE (day, line));
ALTER SEQUENCE calls_ticket_seq MAXVALUE 999 CYCLE;
ALTER SEQUENCE calls_line_seq MAXVALUE 999 CYCLE;
