-- effect: not available here: topologies are not kept
-- schema: public
-- requires: postgis
-- complete: no
CREATE SCHEMA topology;
CREATE TABLE topology.topology (id serial PRIMARY KEY, name varchar NOT NULL UNIQUE, srid integer NOT NULL, "precision" double precision NOT NULL, hasz boolean NOT NULL DEFAULT false);
CREATE TABLE topology.layer (
    topology_id integer NOT NULL REFERENCES topology.topology (id), layer_id integer NOT NULL, schema_name varchar NOT NULL, table_name varchar NOT NULL,
    feature_column varchar NOT NULL, feature_type integer NOT NULL, level integer NOT NULL DEFAULT 0, child_id integer,
    PRIMARY KEY (topology_id, layer_id), UNIQUE (schema_name, table_name, feature_column)
);
CREATE TYPE topology.topogeometry AS (topology_id integer, layer_id integer, id bigint, type integer);
