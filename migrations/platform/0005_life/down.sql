DROP TABLE notices;
ALTER TABLE codes DROP months;
ALTER TABLE tenants DROP expires_on, DROP suspended_at, DROP suspend_reason, DROP closed_at, DROP close_reason;
