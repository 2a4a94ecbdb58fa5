"""Alerts in Redis or Valkey: the sink that writes them and the reader that follows them."""
