-- effect: not available here: geometry and geography are opaque, their functions return NULL, their indexes are approximated
-- complete: no

CREATE TYPE geometry;
CREATE FUNCTION geometry_in(cstring) RETURNS geometry LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION geometry_out(geometry) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
-- PostGIS packs a modifier as (SRID << 8) + (type << 2) + flags; a number is such a packed one, from a dump.
CREATE FUNCTION geometry_typmod_in(cstring[]) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF $1[1]::text ~ '^[0-9]+$' THEN
        RETURN $1[1]::text::integer;
    END IF;
    RETURN (coalesce($1[2]::text, '0')::integer << 8) + (coalesce(array_position(
        ARRAY['point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection'],
        lower(regexp_replace($1[1]::text, '(?i)z?m?$', ''))), 0) << 2);
END $$;
CREATE TYPE geometry (INPUT = geometry_in, OUTPUT = geometry_out, TYPMOD_IN = geometry_typmod_in, LIKE = text, CATEGORY = 'U', DELIMITER = ':');

CREATE TYPE geography;
CREATE FUNCTION geography_in(cstring) RETURNS geography LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION geography_out(geography) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
-- PostGIS packs a modifier as (SRID << 8) + (type << 2) + flags; a number is such a packed one, from a dump.
CREATE FUNCTION geography_typmod_in(cstring[]) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF $1[1]::text ~ '^[0-9]+$' THEN
        RETURN $1[1]::text::integer;
    END IF;
    RETURN (coalesce($1[2]::text, '0')::integer << 8) + (coalesce(array_position(
        ARRAY['point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection'],
        lower(regexp_replace($1[1]::text, '(?i)z?m?$', ''))), 0) << 2);
END $$;
CREATE TYPE geography (INPUT = geography_in, OUTPUT = geography_out, TYPMOD_IN = geography_typmod_in, LIKE = text, CATEGORY = 'U', DELIMITER = ':');

CREATE TYPE box2d;
CREATE FUNCTION box2d_in(cstring) RETURNS box2d LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION box2d_out(box2d) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE box2d (INPUT = box2d_in, OUTPUT = box2d_out, LIKE = text, CATEGORY = 'U');

CREATE TYPE box3d;
CREATE FUNCTION box3d_in(cstring) RETURNS box3d LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION box3d_out(box3d) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE box3d (INPUT = box3d_in, OUTPUT = box3d_out, LIKE = text, CATEGORY = 'U');

CREATE TYPE raster;
CREATE FUNCTION raster_in(cstring) RETURNS raster LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION raster_out(raster) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE raster (INPUT = raster_in, OUTPUT = raster_out, LIKE = text, CATEGORY = 'U');

CREATE TYPE geometry_dump AS (path integer[], geom geometry);
CREATE TYPE valid_detail AS (valid boolean, reason varchar, location geometry);
CREATE CAST (geometry AS geography) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (geography AS geometry) WITHOUT FUNCTION;
CREATE CAST (text AS geometry) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (geometry AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (geometry AS box2d) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (geometry AS box3d) WITHOUT FUNCTION AS IMPLICIT;

CREATE TABLE spatial_ref_sys (
    srid integer NOT NULL PRIMARY KEY CHECK (srid > 0 AND srid <= 998999),
    auth_name varchar(256), auth_srid integer, srtext varchar(2048), proj4text varchar(2048)
);
CREATE VIEW geometry_columns AS SELECT NULL::varchar(256) AS f_table_catalog, NULL::name AS f_table_schema,
    NULL::name AS f_table_name, NULL::name AS f_geometry_column, NULL::integer AS coord_dimension, NULL::integer AS srid,
    NULL::varchar(30) AS type WHERE false;
CREATE VIEW geography_columns AS SELECT NULL::name AS f_table_catalog, NULL::name AS f_table_schema,
    NULL::name AS f_table_name, NULL::name AS f_geography_column, NULL::integer AS coord_dimension, NULL::integer AS srid,
    NULL::text AS type WHERE false;

CREATE FUNCTION st_contains(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_containsproperly(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_covers(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_coveredby(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_crosses(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_disjoint(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_equals(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_intersects(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_overlaps(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_touches(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_within(geom1 geometry, geom2 geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_covers(geog1 geography, geog2 geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_coveredby(geog1 geography, geog2 geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_intersects(geog1 geography, geog2 geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_dwithin(geom1 geometry, geom2 geometry, double precision) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_dwithin(geog1 geography, geog2 geography, tolerance double precision, use_spheroid boolean DEFAULT true) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_relate(geom1 geometry, geom2 geometry, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_relate(geom1 geometry, geom2 geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_isvalid(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_issimple(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_isempty(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_isclosed(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_isring(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE FUNCTION st_x(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_y(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_z(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_m(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_xmin(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_xmax(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_ymin(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_ymax(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_area(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_length(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_perimeter(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_area(geog geography, use_spheroid boolean DEFAULT true) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_length(geog geography, use_spheroid boolean DEFAULT true) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_perimeter(geog geography, use_spheroid boolean DEFAULT true) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_distance(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_distance(geog1 geography, geog2 geography, use_spheroid boolean DEFAULT true) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_distancesphere(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_distancespheroid(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_hausdorffdistance(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_azimuth(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_linelocatepoint(geom1 geometry, geom2 geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION st_centroid(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_envelope(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_boundary(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_convexhull(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_startpoint(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_endpoint(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_exteriorring(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_pointonsurface(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makevalid(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_reverse(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_force2d(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_force3d(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_force3dz(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_force4d(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_multi(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_linemerge(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_unaryunion(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_flipcoordinates(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_normalize(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_linetocurve(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_curvetoline(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_forcerhr(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_forcepolygonccw(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_forcepolygoncw(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_union(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_intersection(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_difference(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_symdifference(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_collect(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_closestpoint(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_shortestline(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makeline(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_split(geom1 geometry, geom2 geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_intersection(geography, geography) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_buffer(geom geometry, radius double precision, options text DEFAULT '') RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_buffer(geom geometry, radius double precision, quadsegs integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_buffer(geography, double precision) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_transform(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_setsrid(geom geometry, srid integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_setsrid(geog geography, srid integer) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_srid(geom geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_srid(geog geography) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_simplify(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_simplify(geometry, double precision, boolean) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_simplifypreservetopology(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_simplifyvw(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_snaptogrid(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_segmentize(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makepoint(double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makepoint(double precision, double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makepoint(double precision, double precision, double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_point(double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_point(double precision, double precision, srid integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_pointz(double precision, double precision, double precision, srid integer DEFAULT 0) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makepolygon(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_makeenvelope(double precision, double precision, double precision, double precision, integer DEFAULT 0) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_tileenvelope(zoom integer, x integer, y integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geometryfromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geometryfromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_pointfromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_pointfromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_polygonfromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_polygonfromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_linefromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_linefromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromewkt(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromwkb(bytea) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromwkb(bytea, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromewkb(bytea) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromgeojson(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromgeojson(json) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromgeojson(jsonb) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geomfromgeohash(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_geogfromtext(text) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_geographyfromtext(text) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_geogfromwkb(bytea) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_astext(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_astext(geography) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_astext(geometry, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_asewkt(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_asgeojson(geom geometry, maxdecimaldigits integer DEFAULT 9, options integer DEFAULT 8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_asgeojson(geog geography, maxdecimaldigits integer DEFAULT 9, options integer DEFAULT 0) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_asbinary(geometry) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::bytea';
CREATE FUNCTION st_asbinary(geography) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::bytea';
CREATE FUNCTION st_asewkb(geometry) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::bytea';
CREATE FUNCTION st_ashexewkb(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_geohash(geom geometry, maxchars integer DEFAULT 0) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_asmvtgeom(geom geometry, bounds box2d, extent integer DEFAULT 4096, buffer integer DEFAULT 256, clip_geom boolean DEFAULT true) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_assvg(geom geometry, rel integer DEFAULT 0, maxdecimaldigits integer DEFAULT 15) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_geometrytype(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION geometrytype(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_npoints(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_numpoints(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_numgeometries(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_dimension(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_ndims(geometry) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::smallint';
CREATE FUNCTION st_numinteriorrings(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
CREATE FUNCTION st_geometryn(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_pointn(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_interiorringn(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_lineinterpolatepoint(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_linesubstring(geometry, double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_translate(geometry, double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_scale(geometry, double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_rotate(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_expand(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_collectionextract(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_collectionextract(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_subdivide(geom geometry, maxvertices integer DEFAULT 256) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_isvalidreason(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION st_project(geom1 geometry, distance double precision, azimuth double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geometry';
CREATE FUNCTION st_project(geog geography, distance double precision, azimuth double precision) RETURNS geography LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::geography';
CREATE FUNCTION st_dump(geometry) RETURNS SETOF geometry_dump LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer[], NULL::geometry WHERE false';
CREATE FUNCTION st_dumppoints(geometry) RETURNS SETOF geometry_dump LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer[], NULL::geometry WHERE false';
CREATE FUNCTION geometry_first(geometry, geometry) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE st_union(geometry) (SFUNC = geometry_first, STYPE = geometry, PARALLEL = SAFE);
CREATE AGGREGATE st_collect(geometry) (SFUNC = geometry_first, STYPE = geometry, PARALLEL = SAFE);
CREATE AGGREGATE st_makeline(geometry) (SFUNC = geometry_first, STYPE = geometry, PARALLEL = SAFE);
CREATE AGGREGATE st_polygonize(geometry) (SFUNC = geometry_first, STYPE = geometry, PARALLEL = SAFE);
CREATE FUNCTION box2d_first(box2d, geometry) RETURNS box2d LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE st_extent(geometry) (SFUNC = box2d_first, STYPE = box2d, PARALLEL = SAFE);
CREATE FUNCTION bytea_first(bytea, anyelement) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE FUNCTION bytea_first(bytea, anyelement, text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE st_asmvt(anyelement) (SFUNC = bytea_first, STYPE = bytea, PARALLEL = SAFE);
CREATE AGGREGATE st_asmvt(anyelement, text) (SFUNC = bytea_first, STYPE = bytea, PARALLEL = SAFE);
CREATE FUNCTION postgis_version() RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION postgis_full_version() RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION postgis_lib_version() RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::text';
CREATE FUNCTION find_srid(varchar, varchar, varchar) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::integer';
-- The old way to add a column; it is what migrations of that time are made of.
CREATE FUNCTION addgeometrycolumn(table_name varchar, column_name varchar, new_srid integer, new_type varchar, new_dim integer, use_typmod boolean DEFAULT true)
    RETURNS text LANGUAGE plpgsql STRICT AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ADD COLUMN %I geometry(%s, %s)', $1, $2, $4, $3);
    RETURN $1 || '.' || $2;
END $$;
CREATE FUNCTION addgeometrycolumn(schema_name varchar, table_name varchar, column_name varchar, new_srid integer, new_type varchar, new_dim integer, use_typmod boolean DEFAULT true)
    RETURNS text LANGUAGE plpgsql STRICT AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I.%I ADD COLUMN %I geometry(%s, %s)', $1, $2, $3, $5, $4);
    RETURN $1 || '.' || $2 || '.' || $3;
END $$;

CREATE FUNCTION geometry_eq(geometry, geometry) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'texteq';
CREATE OPERATOR = (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_eq, COMMUTATOR = =, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION geometry_overlaps(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE OPERATOR && (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_overlaps, COMMUTATOR = &&, RESTRICT = contsel, JOIN = contjoinsel);
CREATE FUNCTION geometry_distance(geometry, geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE OPERATOR <-> (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_distance, COMMUTATOR = <->);
CREATE FUNCTION geometry_within(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE OPERATOR @ (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_within, RESTRICT = contsel, JOIN = contjoinsel);
CREATE FUNCTION geometry_contains(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE OPERATOR ~ (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_contains, RESTRICT = contsel, JOIN = contjoinsel);
CREATE FUNCTION geometry_same(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE OPERATOR ~= (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_same, RESTRICT = contsel, JOIN = contjoinsel);
CREATE FUNCTION geometry_lt(geometry, geometry) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_lt';
CREATE OPERATOR < (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_lt, COMMUTATOR = >, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE FUNCTION geometry_le(geometry, geometry) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_le';
CREATE OPERATOR <= (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_le, COMMUTATOR = >=, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE FUNCTION geometry_gt(geometry, geometry) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_gt';
CREATE OPERATOR > (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_gt, COMMUTATOR = <, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE FUNCTION geometry_ge(geometry, geometry) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_ge';
CREATE OPERATOR >= (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_ge, COMMUTATOR = <=, RESTRICT = scalargesel, JOIN = scalargejoinsel);
CREATE FUNCTION geometry_cmp(geometry, geometry) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'bttextcmp';
CREATE OPERATOR CLASS btree_geometry_ops DEFAULT FOR TYPE geometry USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
    OPERATOR 5 >, FUNCTION 1 geometry_cmp(geometry, geometry);
-- The R-tree over boxes: these functions are never right for a row, and there are no rows to index.
CREATE FUNCTION geometry_gist_consistent(internal, geometry, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_consistent';
CREATE FUNCTION geometry_gist_union(internal, internal) RETURNS box LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_union';
CREATE FUNCTION geometry_gist_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_point_compress';
CREATE FUNCTION geometry_gist_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_penalty';
CREATE FUNCTION geometry_gist_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_picksplit';
CREATE FUNCTION geometry_gist_same(box, box, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_same';
CREATE FUNCTION geometry_gist_distance(internal, geometry, smallint, oid, internal) RETURNS double precision LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_distance';
CREATE OPERATOR CLASS gist_geometry_ops_2d DEFAULT FOR TYPE geometry USING gist AS STORAGE box, OPERATOR 3 &&, OPERATOR 6 ~=, OPERATOR 7 ~, OPERATOR 8 @, OPERATOR 13 <-> FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 geometry_gist_consistent(internal, geometry, smallint, oid, internal), FUNCTION 2 geometry_gist_union(internal, internal),
    FUNCTION 3 geometry_gist_compress(internal), FUNCTION 5 geometry_gist_penalty(internal, internal, internal),
    FUNCTION 6 geometry_gist_picksplit(internal, internal), FUNCTION 7 geometry_gist_same(box, box, internal),
    FUNCTION 8 (geometry, geometry) geometry_gist_distance(internal, geometry, smallint, oid, internal);
CREATE FUNCTION geography_eq(geography, geography) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'texteq';
CREATE OPERATOR = (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_eq, COMMUTATOR = =, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION geography_overlaps(geography, geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::boolean';
CREATE OPERATOR && (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_overlaps, COMMUTATOR = &&, RESTRICT = contsel, JOIN = contjoinsel);
CREATE FUNCTION geography_distance(geography, geography) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE OPERATOR <-> (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_distance, COMMUTATOR = <->);
CREATE FUNCTION geography_lt(geography, geography) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_lt';
CREATE OPERATOR < (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_lt, COMMUTATOR = >, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE FUNCTION geography_le(geography, geography) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_le';
CREATE OPERATOR <= (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_le, COMMUTATOR = >=, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE FUNCTION geography_gt(geography, geography) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_gt';
CREATE OPERATOR > (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_gt, COMMUTATOR = <, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE FUNCTION geography_ge(geography, geography) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_ge';
CREATE OPERATOR >= (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_ge, COMMUTATOR = <=, RESTRICT = scalargesel, JOIN = scalargejoinsel);
CREATE FUNCTION geography_cmp(geography, geography) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'bttextcmp';
CREATE OPERATOR CLASS btree_geography_ops DEFAULT FOR TYPE geography USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
    OPERATOR 5 >, FUNCTION 1 geography_cmp(geography, geography);
-- The R-tree over boxes: these functions are never right for a row, and there are no rows to index.
CREATE FUNCTION geography_gist_consistent(internal, geography, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_consistent';
CREATE FUNCTION geography_gist_union(internal, internal) RETURNS box LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_union';
CREATE FUNCTION geography_gist_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_point_compress';
CREATE FUNCTION geography_gist_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_penalty';
CREATE FUNCTION geography_gist_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_picksplit';
CREATE FUNCTION geography_gist_same(box, box, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_same';
CREATE FUNCTION geography_gist_distance(internal, geography, smallint, oid, internal) RETURNS double precision LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'gist_box_distance';
CREATE OPERATOR CLASS gist_geography_ops DEFAULT FOR TYPE geography USING gist AS STORAGE box, OPERATOR 3 &&, OPERATOR 13 <-> FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 geography_gist_consistent(internal, geography, smallint, oid, internal), FUNCTION 2 geography_gist_union(internal, internal),
    FUNCTION 3 geography_gist_compress(internal), FUNCTION 5 geography_gist_penalty(internal, internal, internal),
    FUNCTION 6 geography_gist_picksplit(internal, internal), FUNCTION 7 geography_gist_same(box, box, internal),
    FUNCTION 8 (geography, geography) geography_gist_distance(internal, geography, smallint, oid, internal);
CREATE OPERATOR CLASS gist_geometry_ops_nd FOR TYPE geometry USING gist AS STORAGE box, OPERATOR 3 &&,
    FUNCTION 1 geometry_gist_consistent(internal, geometry, smallint, oid, internal), FUNCTION 2 geometry_gist_union(internal, internal),
    FUNCTION 3 geometry_gist_compress(internal), FUNCTION 5 geometry_gist_penalty(internal, internal, internal),
    FUNCTION 6 geometry_gist_picksplit(internal, internal), FUNCTION 7 geometry_gist_same(box, box, internal);
