-- A case may end with the membership or by an administrator's hand (终止).
ALTER TABLE development_cases DROP CONSTRAINT development_cases_outcome;
ALTER TABLE development_cases ADD CONSTRAINT development_cases_outcome CHECK (outcome IN (
    'in_progress', 'suspended', 'converted', 'extended', 'cancelled', 'rejected', 'withdrawn', 'moved', 'ended'));

-- Of members who have left before, what was open ends now.
INSERT INTO development_events (id, case_id, event, happened_on, note, account_name, created_at)
    SELECT gen_random_uuid(), c.id, 'ended', (p.left_at AT TIME ZONE 'Asia/Shanghai')::date, '党籍已结束', '系统', now()
    FROM development_cases c JOIN people p ON p.id = c.person_id WHERE c.closed_at IS NULL AND p.left_at IS NOT NULL;
UPDATE development_cases c SET outcome = 'ended', closed_at = p.left_at, step = NULL, side = NULL, earliest = NULL,
    due = '9999-12-31', remind = NULL, turns_on = '9999-12-31', helpers = NULL, gap = false, version = c.version + 1
    FROM people p WHERE p.id = c.person_id AND c.closed_at IS NULL AND p.left_at IS NOT NULL;

-- Numbers of admission forms are compared in one width and case; those that were written before are so too from now on. One
-- that turns out to be given twice stays with the case that had it first.
ALTER TABLE development_records ADD COLUMN narrow text;
UPDATE development_records SET narrow = upper(translate(replace(form_no, '　', ''),
    '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
    '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')) WHERE form_no IS NOT NULL;
UPDATE development_records r SET form_no = NULL WHERE EXISTS (SELECT FROM development_records o
    WHERE o.narrow = r.narrow AND (o.created_at, o.id) < (r.created_at, r.id));
UPDATE development_records SET form_no = narrow WHERE form_no <> narrow;
ALTER TABLE development_records DROP COLUMN narrow;
