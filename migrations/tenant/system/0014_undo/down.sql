DROP INDEX audit_undoes;
