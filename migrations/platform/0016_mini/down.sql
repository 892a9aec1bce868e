DROP TABLE dingtalk_corps;
DROP TABLE pushed;
DROP TABLE mini_tickets;
DROP INDEX logins_mini;
DELETE FROM logins WHERE kind IN ('wechat', 'alipay', 'dingtalk');
ALTER TABLE logins DROP CONSTRAINT logins_kind;
ALTER TABLE logins ADD CONSTRAINT logins_kind CHECK (kind IN ('name', 'mobile'));
