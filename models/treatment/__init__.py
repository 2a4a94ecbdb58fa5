"""How a medicine or habit changed a wearer, and whether it harms."""
