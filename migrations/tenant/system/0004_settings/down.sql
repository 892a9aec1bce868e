DROP TABLE security;
DROP TABLE favourites;
