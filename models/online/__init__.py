"""River models that learn one wearer's own normal."""
