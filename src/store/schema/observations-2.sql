ALTER TABLE observations ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE observations ADD COLUMN patch TEXT NOT NULL DEFAULT '';
UPDATE observations
SET author = COALESCE(json_extract(body, '$.author'), ''), patch = COALESCE(json_extract(body, '$.patch'), '')
WHERE json_valid(body);

CREATE INDEX observations_by_author ON observations (repo, author, at) WHERE agent = '';
CREATE INDEX observations_by_patch ON observations (patch, at) WHERE patch <> '';
CREATE INDEX observations_by_size ON observations (size);
