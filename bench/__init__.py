"""What vitalstream costs on this machine, beside the same work done in other ways. Not in the wheel."""
