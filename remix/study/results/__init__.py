"""Tables and figures, and what they share."""
