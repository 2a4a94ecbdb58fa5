"""Where processor time goes: by step of the pure core, by stage of a worker."""
