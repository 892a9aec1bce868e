DROP TABLE self_service;
DROP TABLE mini_menus;
DROP TABLE pictures;
