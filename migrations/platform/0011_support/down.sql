DROP TABLE support_requests;
