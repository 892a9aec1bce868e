DROP TABLE pledge_events;
DROP TABLE pledges;
