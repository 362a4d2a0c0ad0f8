CREATE SEQUENCE public.movement_no;
CREATE TABLE public.warehouse (id integer PRIMARY KEY, name text);
CREATE TABLE public.item (
    id integer PRIMARY KEY, name text NOT NULL,
    min_qty integer, weight numeric
);
CREATE TABLE public.stock (
    warehouse integer REFERENCES public.warehouse, item integer REFERENCES public.item,
    qty integer NOT NULL CHECK (qty >= 0),
    PRIMARY KEY (warehouse, item)
)
;
CREATE TABLE public.movement (
    no integer PRIMARY KEY DEFAULT nextval('public.movement_no'),
    item integer NOT NULL REFERENCES public.item, warehouse integer NOT NULL REFERENCES public.warehouse,
    qty integer NOT NULL, at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX movement_item ON public.movement (item);
CREATE TABLE public.supplier (id integer PRIMARY KEY, name text NOT NULL
);
CREATE TABLE public.supplies (supplier integer, item integer, price numeric);
CREATE TABLE public.count_sheet (id integer PRIMARY KEY, warehouse integer, counted json);
CREATE TABLE public.purchase (id integer PRIMARY KEY, supplier integer, state integer NOT NULL DEFAULT 0);
CREATE TABLE public.purchase_line (purchase integer REFERENCES public.purchase, item integer REFERENCES public.item, qty integer, PRIMARY KEY (purchase, item));
CREATE FUNCTION public.book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.stock SET qty = qty + NEW.qty WHERE warehouse = NEW.warehouse AND item = NEW.item;
    RETURN NULL;
END $$;
CREATE TRIGGER movement_book AFTER INSERT ON public.movement FOR EACH ROW EXECUTE FUNCTION public.book();
CREATE VIEW public.shortage AS SELECT i.id, i.name, sum(s.qty) AS have, i.min_qty FROM public.item i LEFT JOIN public.stock s ON s.item = i.id GROUP BY i.id HAVING sum(s.qty) < i.min_qty;
