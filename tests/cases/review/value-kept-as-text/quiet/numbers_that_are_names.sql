-- Leading zeros, telephones, postcodes and versions are text.
-- facts: {"columns": {"public.people": [{"column": "phone_count", "histogram_bounds": "{1,2,3,4,5}"}, {"column": "zip", "histogram_bounds": "{10115,20095,50667,60311,80331}"}, {"column": "size", "histogram_bounds": "{007,2,3,4,5}"}, {"column": "version", "histogram_bounds": "{1,2,3,4,5}"}, {"column": "total", "histogram_bounds": "{1,2,3,4,n/a}"}]}}
CREATE TABLE people (id bigint PRIMARY KEY, phone_count text, zip text, size text, version text, total text);
