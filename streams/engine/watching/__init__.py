"""What looks after a running worker: lag, silence, standstill, garbage, new networks, its end."""
