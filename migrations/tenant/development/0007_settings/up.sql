-- What is practice and not regulation (发展设置), each time from a day on; before the first it is as usual.
CREATE TABLE development_practices (
    since date CONSTRAINT development_practices_key PRIMARY KEY,
    wait_months smallint NOT NULL CONSTRAINT development_practices_wait CHECK (wait_months BETWEEN 3 AND 6),
    -- none: no public notice
    notice_step smallint CONSTRAINT development_practices_notice CHECK (notice_step IN (12, 13, 15)),
    notice_days smallint NOT NULL CONSTRAINT development_practices_days CHECK (notice_days BETWEEN 5 AND 15),
    review_months smallint NOT NULL CONSTRAINT development_practices_review CHECK (review_months BETWEEN 6 AND 12),
    -- months by step, where a deadline by practice is not as usual
    deadlines jsonb NOT NULL,
    quota text NOT NULL CONSTRAINT development_practices_quota CHECK (quota IN ('warn', 'block')),
    account_name text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The tenant's own holidays, and days that are worked in exchange, over those that come with the program.
CREATE TABLE development_holidays (
    day date CONSTRAINT development_holidays_key PRIMARY KEY,
    works boolean NOT NULL,
    name text NOT NULL,
    account_name text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The plan of a year (发展党员计划): how many an organisation with all below may take to the pre-review.
CREATE TABLE development_quotas (
    organisation_id uuid NOT NULL CONSTRAINT development_quotas_organisation REFERENCES organisations (id) ON DELETE CASCADE,
    year smallint NOT NULL CONSTRAINT development_quotas_year CHECK (year BETWEEN 2000 AND 2100),
    places integer NOT NULL CONSTRAINT development_quotas_places CHECK (places BETWEEN 0 AND 100000),
    account_name text NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT development_quotas_key PRIMARY KEY (organisation_id, year)
);
CREATE INDEX development_records_reviewed_idx ON development_records (happened_on, case_id)
    WHERE step = 13 AND counts AND voided_at IS NULL;
