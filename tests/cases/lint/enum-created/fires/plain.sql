-- at: size
CREATE TYPE size AS ENUM ('s', 'm');
