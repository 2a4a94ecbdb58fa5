"""What grows: with wearers, with workers, with hours, and how long a worker needs to come back."""
