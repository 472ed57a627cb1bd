"""What a run leaves: whole files, logs, and where they come from."""
