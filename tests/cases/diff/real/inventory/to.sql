CREATE EXTENSION ltree;
CREATE SEQUENCE public.movement_no;
ALTER SEQUENCE public.movement_no AS bigint INCREMENT BY 1 CACHE 50;
CREATE TABLE public.warehouse (id integer PRIMARY KEY, name text NOT NULL, code char(4), CONSTRAINT warehouse_code UNIQUE (code) DEFERRABLE);
CREATE TABLE public.location (id integer PRIMARY KEY, warehouse integer NOT NULL REFERENCES public.warehouse, path ltree NOT NULL);
CREATE INDEX location_path ON public.location USING gist (path);
CREATE TABLE public.item (
    id integer PRIMARY KEY, name text NOT NULL,
    reorder_at bigint NOT NULL DEFAULT 0, volume numeric, unit text NOT NULL DEFAULT 'piece', attributes jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX item_attributes ON public.item USING gin (attributes);
CREATE TABLE public.stock (
    warehouse integer REFERENCES public.warehouse, item integer REFERENCES public.item,
    qty bigint NOT NULL CONSTRAINT stock_qty_check CHECK (qty >= 0), location integer REFERENCES public.location ON DELETE SET NULL,
    PRIMARY KEY (warehouse, item)
)
WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02)
;
CREATE TABLE public.movement (
    no bigint PRIMARY KEY DEFAULT nextval('public.movement_no'),
    item integer NOT NULL REFERENCES public.item, warehouse integer NOT NULL REFERENCES public.warehouse,
    qty bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), reason text NOT NULL DEFAULT 'unknown'
);
CREATE INDEX movement_item_at ON public.movement (item, at DESC);
CREATE TABLE public.supplier (id integer PRIMARY KEY, name text NOT NULL
    , lead_days integer NOT NULL DEFAULT 7
);
CREATE TABLE public.supplies (supplier integer REFERENCES public.supplier, item integer REFERENCES public.item, price numeric(12,4), PRIMARY KEY (supplier, item));
CREATE TABLE public.stocktake (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, warehouse integer NOT NULL REFERENCES public.warehouse, at date NOT NULL, UNIQUE (warehouse, at));
CREATE TABLE public.stocktake_line (stocktake bigint REFERENCES public.stocktake ON DELETE CASCADE, item integer REFERENCES public.item, counted bigint NOT NULL, PRIMARY KEY (stocktake, item));
CREATE TABLE public.purchase (id integer PRIMARY KEY, supplier integer, state integer NOT NULL DEFAULT 0);
ALTER TABLE public.purchase ADD CONSTRAINT purchase_supplier FOREIGN KEY (supplier) REFERENCES public.supplier NOT VALID;
ALTER TABLE public.purchase ADD CONSTRAINT purchase_state CHECK (state IN (0, 1, 2));
CREATE TABLE public.purchase_line (purchase integer REFERENCES public.purchase, item integer REFERENCES public.item, qty integer, PRIMARY KEY (purchase, item));
CREATE FUNCTION public.book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.stock AS s (warehouse, item, qty) VALUES (NEW.warehouse, NEW.item, NEW.qty)
    ON CONFLICT (warehouse, item) DO UPDATE SET qty = s.qty + NEW.qty;
    RETURN NULL;
END $$;
CREATE TRIGGER movement_book AFTER INSERT ON public.movement FOR EACH ROW WHEN (NEW.qty <> 0) EXECUTE FUNCTION public.book();
CREATE RULE movement_final AS ON DELETE TO public.movement DO INSTEAD NOTHING;
CREATE VIEW public.shortage AS SELECT i.id, i.name, coalesce(sum(s.qty), 0) AS have, i.reorder_at, i.unit FROM public.item i LEFT JOIN public.stock s ON s.item = i.id GROUP BY i.id HAVING coalesce(sum(s.qty), 0) < i.reorder_at;
CREATE MATERIALIZED VIEW public.turnover AS SELECT item, date_trunc('month', at) AS month, sum(abs(qty)) AS moved FROM public.movement GROUP BY 1, 2 WITH NO DATA;
CREATE UNIQUE INDEX turnover_key ON public.turnover (item, month);
