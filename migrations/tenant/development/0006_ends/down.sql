UPDATE development_cases SET outcome = 'withdrawn' WHERE outcome = 'ended';
ALTER TABLE development_cases DROP CONSTRAINT development_cases_outcome;
ALTER TABLE development_cases ADD CONSTRAINT development_cases_outcome CHECK (outcome IN (
    'in_progress', 'suspended', 'converted', 'extended', 'cancelled', 'rejected', 'withdrawn', 'moved'));
