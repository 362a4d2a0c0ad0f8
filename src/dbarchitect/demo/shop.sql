-- A shop as it grows in its first two years: it works, and it has the faults that such schemas have.

CREATE TABLE customers (
    id serial PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    country char(2) NOT NULL,
    phone text,
    preferences json,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now(),
    deleted_at timestamp
);
CREATE UNIQUE INDEX customers_email_key ON customers (email);

CREATE TABLE categories (
    id serial PRIMARY KEY,
    parent_id integer REFERENCES categories ON DELETE CASCADE,
    name text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX categories_parent_id_idx ON categories (parent_id);

CREATE TABLE products (
    id bigserial PRIMARY KEY,
    category_id integer NOT NULL REFERENCES categories ON DELETE RESTRICT,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    price double precision NOT NULL,
    tags text,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX products_category_id_idx ON products (category_id);
CREATE INDEX products_category_idx ON products (category_id);

CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    number text NOT NULL,
    channel text,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'shipped', 'returned')),
    is_paid boolean NOT NULL DEFAULT false,
    is_shipped boolean NOT NULL DEFAULT false,
    is_returned boolean NOT NULL DEFAULT false,
    total numeric(12, 2) NOT NULL CHECK (total >= 0),
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now(),
    UNIQUE (number, channel)
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE INDEX orders_customer_id_created_at_idx ON orders (customer_id, created_at);

CREATE TABLE order_items (
    id bigserial PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE comments (
    id bigserial PRIMARY KEY,
    commentable_type text NOT NULL,
    commentable_id bigint NOT NULL,
    body text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX comments_commentable_idx ON comments (commentable_type, commentable_id);

CREATE TABLE stock_movements (
    product_id bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    amount integer NOT NULL,
    reason text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX stock_movements_product_id_idx ON stock_movements (product_id, created_at);
