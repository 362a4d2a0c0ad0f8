CREATE TYPE public.order_status AS ENUM ('new', 'paid', 'shipped', 'cancelled');
CREATE TABLE public.customer (
    id serial PRIMARY KEY,
    email varchar(120) NOT NULL,
    fullname text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX customer_email_idx ON public.customer (email);
COMMENT ON TABLE public.customer IS 'who has ever ordered';
CREATE TABLE public.address (
    id serial PRIMARY KEY,
    customer integer NOT NULL REFERENCES public.customer,
    street text NOT NULL, city text NOT NULL, zip varchar(12) NOT NULL,
    country char(2) NOT NULL DEFAULT 'DE'
);
CREATE TABLE public.category (
    id integer PRIMARY KEY,
    parent integer REFERENCES public.category,
    name text NOT NULL
);
CREATE TABLE public.product (
    id serial PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    category integer REFERENCES public.category,
    title text NOT NULL,
    image_url text,
    price numeric(8,2) NOT NULL CONSTRAINT product_price_check CHECK (price > 0),
    stock integer NOT NULL DEFAULT 0
);
CREATE INDEX product_category_idx ON public.product (category);
CREATE TABLE public.orders (
    id serial PRIMARY KEY,
    customer integer NOT NULL REFERENCES public.customer,
    status public.order_status NOT NULL DEFAULT 'new',
    ordered_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX orders_open_idx ON public.orders (ordered_at) WHERE status = 'new';
CREATE TABLE public.order_line (
    orders integer NOT NULL REFERENCES public.orders,
    line smallint NOT NULL,
    product integer NOT NULL REFERENCES public.product,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(8,2) NOT NULL,
    PRIMARY KEY (orders, line)
);
CREATE TABLE public.basket (id integer PRIMARY KEY, customer integer REFERENCES public.customer);
CREATE TABLE public.basket_line (basket integer REFERENCES public.basket, product integer REFERENCES public.product, quantity integer NOT NULL, PRIMARY KEY (basket, product));
CREATE VIEW public.order_total AS
    SELECT o.id, o.customer, o.status, sum(l.quantity * l.unit_price) AS total
    FROM public.orders o JOIN public.order_line l ON l.orders = o.id GROUP BY o.id;
CREATE VIEW public.customer_value AS
    SELECT c.id, c.fullname, sum(t.total) AS total FROM public.customer c JOIN public.order_total t ON t.customer = c.id GROUP BY c.id;
GRANT SELECT ON public.customer_value TO corpus_reader;
CREATE FUNCTION public.stock_of(p integer) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT stock FROM public.product WHERE id = p $$;
