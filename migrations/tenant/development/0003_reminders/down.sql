DROP TABLE development_reminders;
