-- A change is taken back once: the audit row that does so refers to it.
CREATE UNIQUE INDEX audit_undoes ON audit ((changes -> 'undoes' ->> 1)) WHERE changes ? 'undoes';
