-- expect: table public.concepts
CREATE TABLE concepts (id bigint PRIMARY KEY, a text, b text, c text, d text);
CREATE TABLE measures (
    id bigint PRIMARY KEY, a bigint REFERENCES concepts, b bigint REFERENCES concepts, c bigint REFERENCES concepts,
    d bigint REFERENCES concepts, e bigint REFERENCES concepts, f bigint REFERENCES concepts,
    g bigint REFERENCES concepts, h bigint REFERENCES concepts
);
CREATE INDEX ON measures (g);
CREATE INDEX ON measures (h);
