CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT uuidv7(), token uuid DEFAULT gen_random_uuid());
CREATE TABLE items (id uuid PRIMARY KEY);
