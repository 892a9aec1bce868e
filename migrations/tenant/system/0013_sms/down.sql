DROP TABLE messages;
DROP TABLE campaigns;
DROP TABLE sms_rules;
