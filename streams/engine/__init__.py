"""The Faust worker: chunks in, exactly-once effect out."""
