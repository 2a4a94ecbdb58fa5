"""The race: vitalstream beside plain Faust, Quix Streams, Bytewax and the floor, on the same packets."""
