DROP TABLE contribution_files;
DROP TABLE contributions;
