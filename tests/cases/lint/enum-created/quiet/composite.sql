CREATE TYPE size AS (width int, height int);
