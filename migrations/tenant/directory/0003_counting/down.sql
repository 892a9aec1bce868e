DROP INDEX memberships_until_idx;
DROP INDEX memberships_since_idx;
DROP INDEX memberships_facts_idx;
DROP INDEX people_facts_idx;
