"""What may come in: decoding, validation, and the stream's own clock."""
