DROP TABLE shared.sample_texts;
