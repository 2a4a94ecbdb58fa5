"""The way in: records, settings, the Faust worker, gateways and the command line."""
