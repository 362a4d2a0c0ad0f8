-- MIME types, class names, providers' values, states of a country, types of references, names kept in a table.
-- facts: {"tables": {"public.animals": {"rows": 1000}, "public.tags": {"rows": 9000}}}
-- facts: {"columns": {"public.animals": [{"column": "type", "n_distinct": 2, "most_common_values": "{HouseCat,GuideDog}", "most_common_frequencies": [0.5, 0.5]}]}}
-- facts: {"columns": {"public.tags": [{"column": "kind", "n_distinct": 900, "histogram_bounds": "{a,b,c,d}"}]}}
CREATE TABLE uploads (id bigint PRIMARY KEY, content_type text, mime_type text, media_type text);
CREATE TABLE animals (id bigint PRIMARY KEY, type text);
CREATE TABLE subscriptions (id bigint PRIMARY KEY, stripe_status text, provider_state text);
CREATE TABLE addresses (id bigint PRIMARY KEY, city text, state text, zip text);
CREATE TABLE comments (id bigint PRIMARY KEY, subject_type text, subject_id bigint);
CREATE TABLE device_types (id bigint PRIMARY KEY, name text);
CREATE TABLE devices (id bigint PRIMARY KEY, device_type text);
CREATE TABLE tags (id bigint PRIMARY KEY, kind text);
CREATE TABLE links (a_id bigint, b_id bigint, link_type text, PRIMARY KEY (a_id, b_id, link_type));
CREATE TABLE notes (id bigint PRIMARY KEY, type text, kind text);
CREATE TABLE alarm_types (tenant_id bigint, type text, PRIMARY KEY (tenant_id, type));
