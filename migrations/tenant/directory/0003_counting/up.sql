-- Counting looks at one narrow index instead of the records: every condition a list of members knows stands in one of
-- these, and the numbers of the home page too.
CREATE INDEX people_facts_idx ON people (sex, ethnicity, education_level, work_post, birth_date) WHERE left_at IS NULL;
CREATE INDEX memberships_facts_idx ON memberships (member_type, status, floating, lost_on, join_date) WHERE until IS NULL;
CREATE INDEX memberships_since_idx ON memberships (since);
CREATE INDEX memberships_until_idx ON memberships (until) WHERE until IS NOT NULL;
