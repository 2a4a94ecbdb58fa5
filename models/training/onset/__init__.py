"""How early the own normal tells of an illness on real watches."""
