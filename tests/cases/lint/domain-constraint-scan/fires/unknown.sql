-- at: zip
ALTER DOMAIN zip SET NOT NULL;
