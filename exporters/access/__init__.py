"""Who may do what at the alert API, and the record of who did."""
