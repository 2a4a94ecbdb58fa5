"""The pure core: windows, models, risk and alert policy over one wearer's state."""
