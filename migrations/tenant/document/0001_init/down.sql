DROP TABLE sample_uses;
