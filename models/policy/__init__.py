"""When evidence becomes an alert, and when an alert ends."""
