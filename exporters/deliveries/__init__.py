"""Deliveries: alerts to webhooks, push, mail and Alertmanager, by routes of one file."""
