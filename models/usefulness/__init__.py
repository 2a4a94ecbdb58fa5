"""How useful an alert is likely to be, from what people answered; ranks and delays, never silences."""
