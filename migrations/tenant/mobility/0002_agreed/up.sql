-- Which committees have agreed to a transfer. When the tree changes, what they decided stands, and whoever decides by the tree as it
-- is then is asked for the rest.
ALTER TABLE transfers ADD COLUMN source_agreed boolean NOT NULL DEFAULT false;
ALTER TABLE transfers ADD COLUMN target_agreed boolean NOT NULL DEFAULT false;
UPDATE transfers SET
    source_agreed = (kind = 'internal' AND source_id <> target_id AND side IN ('target_committee', 'target_branch'))
        OR (kind = 'outbound' AND side = 'receipt'),
    target_agreed = side = 'target_branch' AND (kind = 'inbound' OR (kind = 'internal' AND source_id <> target_id))
WHERE closed_at IS NULL;
-- 整建制转接: a member who went with the organisation, recorded when that was merged or split.
ALTER TABLE transfers DROP CONSTRAINT transfers_kind;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind CHECK (kind IN ('internal', 'inbound', 'outbound', 'batch'));
