DROP TABLE schedules, message_consents, message_budget, announcement_rules, deliveries, announcement_people, announcement_rungs, announcements;
