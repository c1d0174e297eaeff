"""PostgreSQL: found or started (`server`), reached (`pool`), brought up to date (`migrations`)."""
