"""The way out: alerts to Redis and Kafka, figures to Prometheus."""
