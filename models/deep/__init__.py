"""Networks: derived inputs, verified sessions, fixed batches."""
